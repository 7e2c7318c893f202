"""The workloads themselves: a package for each library, a module for each workload.

A module's `run` does `count` pieces of work, checks the result, and answers its figures.
`harness.workloads` tells which workload of the driver's each is.
"""
