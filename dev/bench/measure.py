"""Measure a function as an Odoo user would wait for it."""

import gc
import statistics
import time
from contextlib import contextmanager

#: At most so many runs; fewer when they take longer than this altogether (seconds).
RUNS, BUDGET = 5, 6


def run_once(env, function, undo=False, prepare=None):
    """Return milliseconds and queries of one run that finds nothing in the cache."""
    env.flush_all()
    if undo:
        env.cr.execute("SAVEPOINT bench")
    if prepare:
        prepare()
        env.flush_all()
    env.invalidate_all()
    gc.collect()
    queries, start = env.cr.sql_log_count, time.perf_counter()
    function()
    if undo:
        env.flush_all()
    result = (time.perf_counter() - start) * 1000, env.cr.sql_log_count - queries
    if undo:
        env.transaction.clear()
        env.cr.execute("ROLLBACK TO bench; RELEASE bench")
    return result


def measure(env, function, runs=RUNS, budget=BUDGET, **how):
    """Return the median of the milliseconds, and the number of queries.

    The first run warms up the caches of rights and rules. It counts only when it is the
    only one.
    """
    times, started = [], time.perf_counter()
    if runs > 1:
        run_once(env, function, **how)
    while len(times) < runs:
        milliseconds, queries = run_once(env, function, **how)
        times.append(milliseconds)
        if time.perf_counter() - started > budget:
            break
    return statistics.median(times), queries


@contextmanager
def recorded_queries(env):
    """Yield a list that gets the text of each query."""
    queries, execute = [], type(env.cr).execute

    def record(cursor, query, *args, **kwargs):
        queries.append(str(query))
        return execute(cursor, query, *args, **kwargs)

    type(env.cr).execute = record
    try:
        yield queries
    finally:
        type(env.cr).execute = execute
