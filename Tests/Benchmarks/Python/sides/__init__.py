"""The workloads themselves: a package for each library, a module for each workload.

A module's `run` does `count` pieces of work, checks the result, and answers the figures in the
order in which the registry names them.
"""
