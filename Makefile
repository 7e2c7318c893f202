# The front door. `make help` tells what there is.

PREFIX ?= /usr/local
SECONDS_OF_DEMO ?= 5
JOBS ?= $(shell nproc)
PYTHON ?= python3
PYTHON_TESTS ?= Tests/Python
# See in Tests/Benchmarks bench.py --help and Server/bench_server.py --help.
BENCH_OPTIONS ?=
BENCH_SERVER_OPTIONS ?=

release := build/release
asan := build/asan
tsan := build/tsan
require := sh scripts/require.sh
to_build := gcc cmake ninja-build libev-dev
to_lint := clang-format
to_python := $(to_build) binutils python3 python3-venv
to_test := $(to_python) $(to_lint) g++ pkg-config valgrind libc6-dbg redis-tools
to_bench := $(to_build) python3
# What is measured beside Backstage; left out where it cannot be had.
bench_peers := g++ pkg-config libcaf-dev libzmq3-dev libglib2.0-dev erlang-base
# Swift: the package's tests build below build/swift, the examples below build/swift-examples.
in_swift_examples := bindings/swift/examples
swift_test = swift test --disable-xctest --scratch-path build/swift
# What compiles programs gives the same answer in every build.
swift_test_again = $(swift_test) --skip DocumentationTests --skip WrongProgramTests --skip KitArticleTests
swift_example = swift run -c release --package-path $(in_swift_examples) \
    --scratch-path build/swift-examples
c_files = $(shell find include Sources Tests bindings -name build -prune \
    -o -name '*.[ch]' -print -o -name '*.[ch]pp' -print)
swift_files := Sources Tests Package.swift $(in_swift_examples)
configure_release := cmake -G Ninja -B $(release) -DCMAKE_BUILD_TYPE=Release
run_ctest := ctest --output-on-failure --no-tests=error -j $(JOBS)

# Python: everything is below build/python.
in_python := bindings/python
venv := build/python/venv
python := $(venv)/bin/python
pip := $(python) -m pip --disable-pip-version-check
ruff := $(venv)/bin/ruff
ruff_options := --config $(in_python)/pyproject.toml --cache-dir build/python/ruff
mypy := $(venv)/bin/mypy --config-file $(in_python)/pyproject.toml --cache-dir build/python/mypy
pytest := -m pytest -c $(in_python)/pyproject.toml --rootdir . -o cache_dir=build/python/pytest
python_files := $(in_python) Tests/Python
pythons := 3.10 3.11 3.12 3.13 3.14
in_build_dir := --config-settings=build-dir=$(CURDIR)/build/python/cmake
goes_into_wheel = $(shell find CMakeLists.txt cmake include Sources bindings/c/CMakeLists.txt \
    $(in_python)/src $(in_python)/pyproject.toml $(in_python)/README.md \
    -type f ! -name '*.pyc' ! -path 'Sources/Backstage/*' ! -path 'Sources/BackstageService/*' \
    ! -path 'Sources/BackstageTestKit/*')
# Made when a virtual environment, the package in it, and the wheels are.
ready := $(venv)/ready
installed := $(venv)/installed
wheels := build/wheels/made
# The benchmark has a virtual environment of its own, first with the peers, then with the wheel too.
in_bench := Tests/Benchmarks
bench_files := $(in_bench)/bench.py $(in_bench)/driver $(in_bench)/Python
bench_python := build/bench-python/bin/python
bench_pip := $(bench_python) -m pip --disable-pip-version-check
bench_venv := build/bench-python/peers
bench_ready := build/bench-python/ready
bench_swift := build/bench-swift
bench := $(in_bench)/bench.py

.DEFAULT_GOAL := build
.PHONY: help build demo test lint format bench install clean \
    lint-native lint-python abi wheel \
    test-release test-asan test-tsan test-valgrind \
    test-swift test-swift-embedded test-swift-debug test-swift-release test-swift-asan test-swift-tsan \
    test-swift-examples docs \
    test-python test-python-versions test-wheel \
    bench-suite bench-server bench-engine bench-python bench-swift bench-growth bench-quick \
    bench-peers build-bench-c build-benchmarks build-bench-swift lint-bench
.NOTPARALLEL:

help:
	@echo 'make demo      build, and watch this machine: $(SECONDS_OF_DEMO) seconds each in C, Python and Swift'
	@echo 'make test      lint, and run every test'
	@echo 'make bench     measure, beside plain C, CAF, ZeroMQ, GLib, Erlang, Swift, asyncio, Pykka, redis-server'
	@echo '               bench-quick: in a minute; bench-growth: among ever more actors and timers'
	@echo 'make build     build the library, the examples and the C tests into $(release)'
	@echo 'make wheel     build a wheel of the Python package that needs nothing else: build/wheels'
	@echo 'make docs      build the pages of the Swift products: build/docs/site'
	@echo 'make install   install below PREFIX=$(PREFIX)'
	@echo 'make format    format all sources'
	@echo 'make clean     remove what was built'
	@echo 'What is missing on a Debian machine is installed through apt, as root or by sudo.'

build:
	@$(require) $(to_build)
	$(configure_release)
	cmake --build $(release) -j $(JOBS)

# In C, in Python with a sampler in C, and in Swift.
demo: $(installed)
	@$(require) $(to_build)
	$(configure_release)
	cmake --build $(release) -j $(JOBS) --target hostwatch sampler
	$(release)/examples/hostwatch --seconds $(SECONDS_OF_DEMO)
	$(python) $(in_python)/examples/hostwatch.py --seconds $(SECONDS_OF_DEMO) \
	    --sampler $(release)/examples/sampler.so
	$(swift_example) hostwatch --seconds $(SECONDS_OF_DEMO)

test:
	@$(require) $(to_test)
	$(MAKE) --no-print-directory lint test-release test-asan test-valgrind bench-quick test-swift \
	    test-python test-wheel

lint: lint-native lint-python lint-bench

lint-native:
	@$(require) $(to_lint)
	swift format lint --strict --recursive $(swift_files)
	@echo clang-format --dry-run --Werror '(all of C)'
	@clang-format --dry-run --Werror $(c_files)

test-release:
	$(configure_release) -DBACKSTAGE_WARNINGS_AS_ERRORS=ON
	cmake --build $(release) -j $(JOBS)
	$(run_ctest) --test-dir $(release)

test-asan:
	cmake -G Ninja -B $(asan) -DCMAKE_BUILD_TYPE=RelWithDebInfo \
	    -DBACKSTAGE_WARNINGS_AS_ERRORS=ON -DBACKSTAGE_SANITIZE=address
	cmake --build $(asan) -j $(JOBS)
	$(run_ctest) --test-dir $(asan)

# Not part of `make test`.
test-tsan:
	cmake -G Ninja -B $(tsan) -DCMAKE_BUILD_TYPE=RelWithDebInfo \
	    -DBACKSTAGE_WARNINGS_AS_ERRORS=ON -DBACKSTAGE_SANITIZE=thread
	cmake --build $(tsan) -j $(JOBS)
	$(run_ctest) --test-dir $(tsan)

test-valgrind: test-release
	$(run_ctest) --test-dir $(release) -C valgrind -L valgrind

# Both sanitizers' builds are debug builds.
test-swift: test-swift-embedded test-swift-asan test-swift-release test-swift-tsan test-swift-examples

# The core as CMake builds it, and nothing else: the rest needs Swift's runtime.
test-swift-embedded:
	swift build --traits Embedded -c release --scratch-path build/swift-embedded --target BackstageABI

# Not part of `make test`: without a sanitizer.
test-swift-debug:
	$(swift_test)

test-swift-release:
	$(swift_test_again) -c release

test-swift-asan:
	$(swift_test) --sanitize=address

test-swift-tsan:
	$(swift_test_again) --sanitize=thread

test-swift-examples:
	swift test --disable-xctest --package-path $(in_swift_examples) --scratch-path build/swift-examples
	swift build --package-path $(in_swift_examples) --scratch-path build/swift-examples --product Doubler
	PYTHONPATH=$(in_python)/src PYTHONDONTWRITEBYTECODE=1 \
	    BACKSTAGE_LIBRARY=build/swift-examples/debug/libDoubler.so \
	    $(PYTHON) $(in_swift_examples)/doubler.py

# The pages of the Swift products.
docs:
	@$(require) $(to_build)
	swift build --scratch-path build/swift
	sh scripts/docs.sh build/docs build/swift

$(ready): $(in_python)/requirements-dev.txt
	@$(require) $(to_python)
	$(PYTHON) -m venv --clear $(venv)
	$(pip) install --quiet -r $<
	@touch $@

$(installed): $(ready) $(goes_into_wheel)
	@$(require) $(to_python)
	$(pip) install --quiet --no-deps --no-build-isolation $(in_build_dir) ./$(in_python)
	@touch $@

lint-python: $(ready)
	$(ruff) check $(ruff_options) $(python_files)
	$(ruff) format --check $(ruff_options) $(python_files)
	$(mypy) --python-version 3.10 $(in_python)
	$(mypy) --python-version 3.13 $(python_files)

lint-bench: $(ready) $(bench_venv)
	$(ruff) check --cache-dir build/python/ruff $(bench_files)
	$(ruff) format --check --cache-dir build/python/ruff $(bench_files)
	$(venv)/bin/mypy --config-file $(in_bench)/mypy.ini --cache-dir build/python/mypy \
	    --python-version 3.10 --python-executable $(bench_python) $(bench_files)

test-python: lint-python $(installed)
	$(python) $(pytest) $(PYTHON_TESTS)

# Not part of `make test`: with every Python that there is, from the one wheel.
test-python-versions: $(wheels)
	@for version in $(pythons); do \
	    if python$$version -c pass 2> /dev/null; then \
	        venv=build/python/venv-$$version; \
	        echo "python$$version"; \
	        python$$version -m venv --clear $$venv && \
	        $$venv/bin/python -m pip install --quiet -r $(in_python)/requirements-dev.txt \
	            build/wheels/*.whl && \
	        $$venv/bin/python $(pytest) $(PYTHON_TESTS) || exit 1; \
	    fi; \
	done

wheel: $(wheels)

# As `pip install ./bindings/python` builds it, from nothing; then with libev put inside.
$(wheels): $(ready) $(goes_into_wheel)
	@$(require) $(to_python)
	rm -rf build/wheels build/python/wheel
	$(pip) wheel --quiet --no-deps -w build/python/wheel ./$(in_python)
	PATH="$(CURDIR)/$(venv)/bin:$$PATH" auditwheel repair -w build/wheels build/python/wheel/*
	@touch $@
	@ls build/wheels/*.whl

test-wheel: $(wheels)
	sh Tests/Python/packaging/wheel/check_wheel.sh build/wheels/*.whl $(PYTHON) build/python/alone

# After a change of backstage.h.
abi: $(ready)
	$(python) $(in_python)/tools/generate_abi.py include/backstage.h \
	    $(in_python)/src/backstage/_abi.py

format: $(ready)
	@$(require) $(to_lint)
	$(ruff) check --fix-only --quiet $(ruff_options) $(python_files)
	$(ruff) format --quiet $(ruff_options) $(python_files)
	$(ruff) check --fix-only --quiet --cache-dir build/python/ruff $(bench_files)
	$(ruff) format --quiet --cache-dir build/python/ruff $(bench_files)
	swift format --in-place --recursive $(swift_files)
	@echo clang-format -i '(all of C)'
	@clang-format -i $(c_files)

bench: bench-suite bench-server

# All sides of all workloads, in turn. A peer that cannot be had is left out.
bench-suite: $(bench_ready) bench-peers build-benchmarks build-bench-swift
	$(bench_python) $(bench) --json build/bench/results.json --charts build/bench $(BENCH_OPTIONS)

bench-engine: build-bench-c
	$(PYTHON) $(bench) --side floor --side backstage $(BENCH_OPTIONS)

bench-python: $(bench_ready)
	$(bench_python) $(bench) --side python --side asyncio --side thespian --side pykka $(BENCH_OPTIONS)

bench-swift: build-bench-c build-bench-swift
	$(PYTHON) $(bench) --side backstage --side swift --side swift-actors --side swift-executor \
	    --side swift-tasks --side swift-streams $(BENCH_OPTIONS)
	$(PYTHON) $(bench) check --swift $(bench_swift)/release

bench-growth: $(bench_ready) bench-peers build-benchmarks
	$(bench_python) $(bench) growth --json build/bench/growth.json --charts build/bench \
	    $(BENCH_OPTIONS)

# A look at every workload; then what noise cannot change, against thresholds.json.
bench-quick: build-bench-c
	@$(require) valgrind
	$(PYTHON) $(bench) --quick --side floor --side backstage $(BENCH_OPTIONS)
	$(PYTHON) $(bench) check

bench-server: build-benchmarks
	@$(require) redis-tools
	python3 $(in_bench)/Server/bench_server.py --server $(release)/examples/pubsub_server \
	    --fanout $(release)/backstage_fanout $(BENCH_SERVER_OPTIONS)

$(bench_venv): $(in_bench)/Python/requirements.txt
	@$(require) $(to_python)
	$(PYTHON) -m venv --clear build/bench-python
	$(bench_pip) install --quiet -r $<
	@touch $@

$(bench_ready): $(bench_venv) $(wheels)
	$(bench_pip) install --quiet --no-deps --force-reinstall build/wheels/*.whl
	@touch $@

bench-peers:
	@$(require) --try $(bench_peers)

build-bench-c:
	@$(require) $(to_build)
	$(configure_release) -DBACKSTAGE_BUILD_BENCHMARKS=ON
	cmake --build $(release) -j $(JOBS) --target backstage_bench Tests/Benchmarks/Checks/all

build-benchmarks:
	@$(require) $(to_bench)
	$(configure_release) -DBACKSTAGE_BUILD_BENCHMARKS=ON
	cmake --build $(release) -j $(JOBS) --target Tests/Benchmarks/all pubsub_server

build-bench-swift:
	swift build -c release --package-path $(in_bench)/Swift --scratch-path $(bench_swift)

$(release)/libbackstage.so:
	$(MAKE) build

install: $(release)/libbackstage.so
	cmake --install $(release) --prefix "$(PREFIX)" --strip
	if [ "$$(id -u)" -eq 0 ]; then ldconfig; fi

clean:
	rm -rf build .build
