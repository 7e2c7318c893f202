# The front door. `make help` tells what there is.

PREFIX ?= /usr/local
SECONDS_OF_DEMO ?= 5
JOBS ?= $(shell nproc)
# See backstage_bench --help, and Tests/Benchmarks/Server/bench_server.py --help.
BENCH_OPTIONS ?=
BENCH_SERVER_OPTIONS ?=

release := build/release
asan := build/asan
tsan := build/tsan
require := sh scripts/require.sh
to_build := gcc cmake ninja-build libev-dev
to_lint := clang-format
to_test := $(to_build) $(to_lint) g++ binutils pkg-config valgrind libc6-dbg \
    python3 redis-tools
to_bench := $(to_build) python3 redis-tools
c_files = $(shell find include Sources Tests bindings -name build -prune -o -name '*.[ch]' -print)
swift_files := Sources Tests Package.swift
configure_release := cmake -G Ninja -B $(release) -DCMAKE_BUILD_TYPE=Release
run_ctest := ctest --output-on-failure --no-tests=error -j $(JOBS)

.DEFAULT_GOAL := build
.PHONY: help build demo test lint format bench install clean \
    test-release test-asan test-tsan test-valgrind test-swift \
    bench-engine bench-server build-benchmarks
.NOTPARALLEL:

help:
	@echo 'make demo      build, and watch this machine for $(SECONDS_OF_DEMO) seconds'
	@echo 'make test      lint, and run every test'
	@echo 'make bench     measure, beside plain C, and beside redis-server'
	@echo 'make build     build the library, the examples and the C tests into $(release)'
	@echo 'make install   install below PREFIX=$(PREFIX)'
	@echo 'make format    format all sources'
	@echo 'make clean     remove what was built'
	@echo 'What is missing on a Debian machine is installed through apt, as root or by sudo.'

build:
	@$(require) $(to_build)
	$(configure_release)
	cmake --build $(release) -j $(JOBS)

demo:
	@$(require) $(to_build)
	$(configure_release)
	cmake --build $(release) -j $(JOBS) --target hostwatch
	$(release)/examples/hostwatch --seconds $(SECONDS_OF_DEMO)

test:
	@$(require) $(to_test)
	$(MAKE) --no-print-directory lint test-release test-asan test-valgrind test-swift

lint:
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

test-swift:
	swift build --traits Embedded -c release --scratch-path build/swift-embedded
	swift test --disable-xctest

format:
	@$(require) $(to_lint)
	swift format --in-place --recursive $(swift_files)
	@echo clang-format -i '(all of C)'
	@clang-format -i $(c_files)

bench: bench-engine bench-server

bench-engine: build-benchmarks
	$(release)/backstage_bench $(BENCH_OPTIONS)

bench-server: build-benchmarks
	python3 Tests/Benchmarks/Server/bench_server.py --server $(release)/examples/pubsub_server \
	    --fanout $(release)/backstage_fanout $(BENCH_SERVER_OPTIONS)

build-benchmarks:
	@$(require) $(to_bench)
	$(configure_release) -DBACKSTAGE_BUILD_BENCHMARKS=ON
	cmake --build $(release) -j $(JOBS) --target backstage_bench backstage_fanout pubsub_server

$(release)/libbackstage.so:
	$(MAKE) build

install: $(release)/libbackstage.so
	cmake --install $(release) --prefix "$(PREFIX)" --strip
	if [ "$$(id -u)" -eq 0 ]; then ldconfig; fi

clean:
	rm -rf build .build
