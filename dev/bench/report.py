"""Run all cases in a database, print the table, write it as CSV. For ``odoo shell``."""

import csv
import gc
import statistics
from pathlib import Path

from . import cases, seed
from .measure import RUNS, measure

COLUMNS = ("ours", "tags", "sql")
RATIOS = ("ours/tags", "ours/SQL", "queries")
HEADER = ("operation", "ours ms", "tags ms", "SQL ms", *RATIOS)
LINE = "{:<52}" + "{:>10}" * 6


def main(env, scale, target, only=""):
    """Measure all cases, or those with a text in their title.

    :param str target: the CSV file to write
    """
    user = env["res.users"].search([("login", "=", seed.USER)])
    env = env(user=user.id)
    todo = cases.Cases(env, scale)
    gc.collect()
    gc.freeze()  # what is there now; looking at it again before each run takes long
    rows = []
    print(LINE.format(*HEADER), flush=True)
    for case in todo.all():
        if only not in case.title:
            continue
        row = {
            column: measure(
                env,
                function,
                runs=1 if column in case.once else RUNS,
                undo=case.undo,
                prepare=case.prepare,
            )
            for column, function in case.functions()
        }
        rows.append(show(case.title, row))
    for title, function in () if only else sample_screens(todo).items():
        rows.extend(measure_sample(env, todo, title, function))
    with Path(target).open("w", newline="") as file:
        csv.writer(file).writerows([HEADER, *rows])
    print(f"Written to {target}")
    env.cr.rollback()
    seed.vacuum(env)


def show(title, row):
    """Print a line, and return it for the CSV file."""
    times = [row.get(column, (None,))[0] for column in COLUMNS]
    ratios = [times[0] / other if other else None for other in times[1:]]
    queries = row["ours"][1] if len(row["ours"]) > 1 else None
    texts = [f"{value:,.1f}" if value is not None else "" for value in times]
    texts += [f"{value:.2f}" if value is not None else "" for value in ratios]
    print(LINE.format(title, *texts, queries or ""), flush=True)
    return [title, *times, *ratios, queries]


def sample_screens(todo):
    """Return what is opened for each of the random groups."""

    def below(group_id):
        return lambda side: side.below(group_id)

    return {
        "page": lambda id_, side: todo.page(below(id_))(side),
        "screen with count": lambda id_, side: todo.screen(below(id_))(side),
    }


def measure_sample(env, todo, title, function):
    """Yield lines with the percentiles over the random groups."""
    times = {}
    for side in (cases.OURS, cases.TAGS):
        times[side.name] = [
            measure(
                env, lambda id_=id_, side=side: function(id_, side), runs=3, budget=1
            )[0]
            for id_ in todo.sample
        ]
    if title == "page":
        times["sql"] = [
            measure(env, todo.best_bare(id_), runs=3, budget=1)[0]
            for id_ in todo.sample
        ]
    for name, percent in (("p50", 50), ("p95", 95), ("p99", 99), ("max", 100)):
        row = {column: (percentile(value, percent),) for column, value in times.items()}
        yield show(f"{title} of {len(todo.sample)} random groups, {name}", row)
    slower = max(
        ours / tags for ours, tags in zip(times["ours"], times["tags"], strict=True)
    )
    print(f"  the worst ratio ours/tags of a single group is {slower:.2f}")


def percentile(values, percent):
    if percent == 100:
        return max(values)
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1]
