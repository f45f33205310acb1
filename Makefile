# Everything a developer needs; the work is done by the scripts in dev/.
.DEFAULT_GOAL := help
.PHONY: help run test bench stress smtp a11y click lint format pot screenshots clean

help: ## Show this list
	@sed -n 's/^\([a-z0-9]*\):.*## /make \1|/p' Makefile | column -t -s '|'

run: ## Serve Odoo with demo data at http://localhost:8069 (PORT=..., DB=...; GLUE=1: with the glue add-ons)
	@dev/run.sh

test: ## Run all tests (ARGS="-k name" or ARGS=tests/test_x.py: a part; FAST=1: keep the database)
	@dev/test.sh $(ARGS)

bench: ## Compare with Odoo's tags and bare SQL, a million contacts (SCALE=0.1: a tenth)
	@dev/bench.sh

stress: ## Change the same memberships at the same time, and kill servers at it (SECONDS=30)
	@dev/stress.sh $(SECONDS)

smtp: ## Send e-mails of a series to a mail server that fails in all ways (CONTACTS=500)
	@dev/smtp.sh $(CONTACTS)

a11y: ## Let axe-core look for barriers on our screens (ARGS="manager merge": only these)
	@dev/a11y.sh $(ARGS)

click: ## Run Odoo's own tests of the web client with our add-ons: click on everything, tags, panels
	@dev/click.sh

lint: ## Check style, views, translations and Odoo's own rules
	@dev/lint.sh

format: ## Rewrite Python, JavaScript and XML in our style
	@dev/lint.sh --fix

pot: ## Write the translation templates, bring the translations up to their terms
	@dev/pot.sh

screenshots: ## Take the pictures of the manual again (ARGS="groups plus": only these; FAST=1: keep the database)
	@dev/screenshots.sh $(ARGS)

clean: ## Remove the environment and its databases
	@dev/clean.sh
