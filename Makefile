# Two commands matter: `make demo` and `make test`. Both install what is missing (as root on Debian 12), and both are
# quick the second time. Everything fetched or slow to build lies in $(CLOISTER_CACHE), outside the checkout.
export CLOISTER_CACHE ?= $(HOME)/.cache/cloister
JOBS ?= $(shell nproc)
RELEASE := build
PREFIX ?= /usr/local
# How the installed command gets libtorch: link (to the one of the build) or copy.
LIBTORCH ?= link

.PHONY: demo test build install uninstall deb setup data python-baseline sanitizers coverage format lint fuzz clean clean-data help

help:
	@echo "make demo        install, build, fetch data, train on real images inside the sandbox, show the result (about a minute of work)"
	@echo "make test        install, build, run every test, the unit tests under the sanitizers too, each fuzzer for 10 s"
	@echo "make build       the command at build/bin/cloister"
	@echo "make install     the command, SDK and man page under PREFIX=/usr/local (LIBTORCH=copy: libtorch too); make uninstall"
	@echo "make deb         a Debian package with all it needs, in build/"
	@echo "make data        fetch MNIST, the EfficientNet-Lite0 weights, photographs and Shakespeare's plays"
	@echo "make sanitizers  the unit tests under AddressSanitizer and ThreadSanitizer"
	@echo "make coverage    the share of lines that the tests run"
	@echo "make fuzz        the fuzzers, SECONDS_EACH=60 each"
	@echo "make lint        clang-format, clang-tidy, clippy"
	@echo "make clean-data  removes fetched data, and what benchmarks made of them (up to 3 GiB)"
	@echo "make python-baseline  fetch PyTorch for cloister bench transfer --python"

setup:
	@tools/install_dependencies.sh
	@tools/get_libtorch.sh

data: setup
	@tools/fetch_data.sh

python-baseline:
	@tools/get_pytorch.sh

build: setup
	@tools/build.sh release

# These two build nothing: who installs may be another user than who builds.
install:
	@tools/install.sh "$(PREFIX)" "$(LIBTORCH)"

uninstall:
	@tools/uninstall.sh "$(PREFIX)"

deb: build
	@tools/make_deb.sh

demo: build data
	@tools/demo.sh

test: build data
	@tools/sanitizers.sh
	@tools/install_dependencies.sh fuzz
	@FUZZ_SEED=1 tools/fuzz.sh 10
	@ctest --test-dir $(RELEASE) --output-on-failure --no-tests=error -j $(JOBS)

sanitizers: setup
	@tools/sanitizers.sh

coverage: setup data
	@tools/install_dependencies.sh coverage
	@tools/coverage.sh

fuzz: setup
	@tools/install_dependencies.sh fuzz
	@tools/fuzz.sh $(or $(SECONDS_EACH),60)

format:
	@tools/format.sh

lint: build
	@tools/install_dependencies.sh lint
	@tools/lint.sh

clean:
	@rm -rf build build-dev build-asan build-tsan build-stub build-fuzz build-coverage

clean-data:
	@rm -rf "$(CLOISTER_CACHE)/data" "$(CLOISTER_CACHE)/bench"
