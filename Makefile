# 登高. Needs Python ≥ 3.11 with pip and make; uses uv instead where it is present.
# With uv, `make demo` and `make test` are `uv run denggao demo` and `uv run pytest`.

PYTHON ?= python3
DENGGAO_DEMO_ARGS ?=
DENGGAO_BENCH_ARGS ?=
DENGGAO_TEST_ARGS ?=
DENGGAO_BUNDLE_ARGS ?=

ifneq ($(shell command -v uv 2>/dev/null),)
RUN := uv run $()
RUN_DEV := uv run --extra dev $()
RUN_BUNDLE := uv run --with pip $()
else
READY := .venv/installed
RUN := .venv/bin/
RUN_DEV := .venv/bin/
RUN_BUNDLE := .venv/bin/
endif

.PHONY: help demo test check bench bundle venv lock

help:
	@echo 'make demo   演示：造一个模拟县，筛一遍，写出工作簿'
	@echo 'make test   测试'
	@echo 'make check  格式、静态检查、类型、模块依赖'
	@echo 'make bench  基准'
	@echo 'make bundle 不联网也能装的安装包：各平台的依赖、启动脚本、手册，合成 dist/ 里一个 zip'
	@echo 'make lock   依赖变动之后，重算 requirements.lock'

demo: $(READY)
	$(RUN)denggao demo $(DENGGAO_DEMO_ARGS)

test: $(READY)
	$(RUN)pytest $(DENGGAO_TEST_ARGS)

check: $(READY)
	$(RUN_DEV)ruff check
	$(RUN_DEV)ruff format --check
	$(RUN_DEV)mypy
	$(RUN_DEV)lint-imports --no-logo

bench: $(READY)
	$(RUN)python benchmarks/run.py $(DENGGAO_BENCH_ARGS)

bundle: $(READY)
	$(RUN_BUNDLE)python scripts/bundle.py $(DENGGAO_BUNDLE_ARGS)

lock: $(READY)
	$(RUN_DEV)python scripts/lock.py

venv: .venv/installed

# Every package is checked against its hash; the build tools are among them, so that installing
# the project itself needs no network. The stamp makes the next run start at once.
.venv/installed: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("登高需要 Python 3.11 或更新：make PYTHON=python3.11 …" if sys.version_info < (3, 11) else 0)'
	@$(PYTHON) -c 'import ensurepip' || { echo '缺 venv 组件，先装：apt install python3-venv' >&2; exit 1; }
	@echo '首次运行：建立 .venv 并安装依赖，约半分钟到一分钟 …'
	$(PYTHON) -m venv .venv
	.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@
