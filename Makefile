# Two commands are all the set-up there is:  make run   and   make test
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= python3
PORT ?= 8000
HOST ?= 127.0.0.1
BIN := .venv/bin
export PORT HOST

.PHONY: help install install-dev run dev reset test test-fast lint fix docs catalogue tour lock secrets bench soak mutants restore-drill

help:
	@echo "make run            启动整个系统（首次会自动安装并生成演示数据），PORT=9000 换端口"
	@echo "make dev            开发用：保存即生效，不必重启"
	@echo "make test           运行全部测试，包括浏览器测试"
	@echo "make test-fast      边改边测：约五分钟，不含逐个地址的扫描、启动整个系统、印件和浏览器"
	@echo "make reset          清空 var 中的全部数据（YES=1 不再询问）"
	@echo "make catalogue      收集界面文字，更新英文目录（locale/en）"
	@echo "make fix | lint     整理代码 | 检查代码和类型"
	@echo "make bench | soak   性能测量 | 长时间并发与断电试验"
	@echo "make mutants         变异测试：在规则里逐个放进小错，看测试是否发现（约一个半小时，可中断续跑；SEED、N、ONLY）"
	@echo "make restore-drill  备份、销毁、恢复演练"
	@echo "make secrets        生成正式环境的随机密钥（写入 deploy/.env）"
	@echo "make lock           重新锁定依赖（requirements/*.txt）"

install:
	@$(PYTHON) bootstrap.py

install-dev:
	@$(PYTHON) bootstrap.py dev

run: install
	@exec $(BIN)/python -m trial.run

# Edit, save, look: Python, templates and pictures are taken up at once.
dev: install
	@exec $(BIN)/python -m trial.run dev

reset: install
	@YES=$(YES) $(BIN)/python -m trial.run reset

test: install-dev
	@tests/run

# While one works: all but what walks every address, starts programs or sets papers (tests/slow.txt), and no browser.
test-fast: install-dev
	@tests/run $$(sed 's/^/--ignore=/' tests/slow.txt) tests

lint: install-dev
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy

fix: install-dev
	@$(BIN)/ruff check --fix . ; $(BIN)/ruff format .

# docs/rules.md from the marks on the tests, docs/architecture.svg from the imports, docs/walls.md from the triggers,
# docs/clauses.md from all of them, docs/packages.md from the imports and the heads of packages, docs/papers.md from the registry of papers in the tests.
docs: install-dev
	@$(BIN)/pytest --collect-only -q --rules-doc -p no:cacheprovider >/dev/null && $(BIN)/python -m docs.architecture && $(BIN)/python -m docs.walls && $(BIN)/python -m docs.clauses && $(BIN)/python -m docs.packages && $(BIN)/python -m docs.papers

# Every sentence of the interface, with its English; says which have none yet.
catalogue: install-dev
	@$(BIN)/python -m docs.catalogue

# The README's screenshots, from a running trial (PORT as for make run).
tour: install-dev
	@TOUR_URL=http://127.0.0.1:$(PORT) $(BIN)/python -m docs.tour

# Hashes of every published file, so that any platform and any newer Python can install; no index address inside.
lock: install-dev
	@cd requirements && for name in base trial dev; do \
	  CUSTOM_COMPILE_COMMAND="make lock" ../$(BIN)/pip-compile --quiet --generate-hashes --strip-extras --allow-unsafe \
	    --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --output-file $$name.txt $$name.in || exit 1; done

# New random secrets for deploy/.env.
secrets: install
	@$(BIN)/python -m xueji.keys

bench: install-dev
	@$(BIN)/python -m bench

soak: install-dev
	@$(BIN)/python -m bench.soak && $(BIN)/python -m bench.soak_slow && $(BIN)/python -m bench.soak_tables

# Small faults in what decides, one at a time; docs/mutants.md. ONLY=survivors asks those again, any other word only the
# modules whose path contains it. Not in .ci/run.
mutants: install-dev
	@$(BIN)/python -m mutants $(if $(SEED),--seed $(SEED)) $(if $(N),--number $(N)) $(if $(ONLY),--only $(ONLY))

restore-drill: install-dev
	@$(BIN)/python -m trial.restore_drill
