"""Two processes change the same memberships through all doors at the same time.

A third one evaluates rules and holds contacts meanwhile.
"""

import json
import subprocess
import sys
import time
from collections import Counter
from datetime import datetime, timedelta

from odoo.addons.customer_group.tests.concurrency import (
    Direct,
    Holder,
    Json2,
    Scene,
    Web,
    Worker,
    find_problems,
)

from .server import Server

LOGIN = "admin"


def main(env, seconds):
    """Start the workers, wait, and exit with an error if anything is wrong."""
    database = env.cr.dbname
    user = env["res.users"].search([("login", "=", LOGIN)])
    scene = Scene.build(env)
    scene.add_rules(env)
    key = user.env["res.users.apikeys"].with_user(user).sudo()
    key = key._generate("rpc", "stress", datetime.now() + timedelta(days=1))
    env.cr.commit()
    servers = [Server(database) for _number in (1, 2)]
    try:
        workers = [
            start(database, vars(scene), number, server.url, key, seconds)
            for number, server in enumerate(servers, start=1)
        ]
        workers.append(start(database, vars(scene), 0, "", "", seconds))
        results = [finish(worker) for worker in workers]
    finally:
        for server in servers:
            server.kill()
    env.cr.rollback()
    scene.evaluate(env)
    env.cr.rollback()
    done, errors = Counter(), []
    members = scene.get_members(env.cr)
    problems = find_problems(env.cr, scene.first) | scene.find_rule_problems(env.cr)
    *results, rules = results
    done.update(rules["done"])
    errors += rules["errors"]
    if lost := Holder.find_lost(scene, env.cr, dict(rules["mine"])):
        problems["contacts that are not where a user put them"] = sorted(lost)
    for number, result in enumerate(results, start=1):
        done.update(result["done"])
        errors += result["errors"]
        worker = Worker(scene, number, [])
        worker.mine = {tuple(pair) for pair in result["mine"]}
        if lost := worker.find_lost(members):
            problems[f"changes of process {number} that were lost"] = sorted(lost)
    for name, count in sorted(done.items()):
        print(f"    {name}: {count}")
    env.cr.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
    if waiting := env.cr.fetchone()[0]:
        problems["locks somebody still waits for"] = waiting
    if errors:
        problems["errors a user would have seen"] = errors
    for name, rows in problems.items():
        print(f"    WRONG: {name}: {rows}")
    if problems:
        sys.exit("error: concurrent changes went wrong, see above")
    print(f"    {sum(done.values())} changes, none lost, no error")


def start(database, scene, number, url, key, seconds):
    process = subprocess.Popen(
        [
            *(sys.executable, sys.argv[0], "shell", "--database", database),
            *("--no-http", "--log-level", "critical"),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    process.stdin.write(
        "from stress import changes\n"
        f"changes.work(env, {scene!r}, {number}, {url!r}, {key!r}, {seconds})\n"
    )
    process.stdin.close()
    return process


def finish(process):
    output = process.stdout.read()
    if process.wait():
        sys.exit("error: a worker ended early")
    return json.loads(output.splitlines()[-1])


def work(env, scene, number, url, key, seconds):
    """Change memberships, and print as JSON what was done."""
    database = env.cr.dbname
    direct = Direct(env.registry, env["res.users"].search([("login", "=", LOGIN)]).id)
    if not number:
        work_on_rules(env, Scene(**scene), direct, seconds)
        return
    calls = [
        direct,
        Json2(url, database, key),
        Web(url, database, LOGIN),
    ]
    env.cr.rollback()
    worker = Worker(Scene(**scene), number, calls)
    errors, end = [], time.monotonic() + seconds
    try:
        while time.monotonic() < end:
            worker.step()
    except Exception as error:
        errors.append(repr(error))
    result = {"done": worker.done, "mine": sorted(worker.mine), "errors": errors}
    print(json.dumps(result))


def work_on_rules(env, scene, call, seconds):
    """Evaluate rules in full and from the queue, and hold contacts in between."""
    holder = Holder(scene, call)
    done, errors, end = Counter(), [], time.monotonic() + seconds
    try:
        while time.monotonic() < end:
            holder.step()
            scene.evaluate(env)
            done["evaluation of rules"] += 1
    except Exception as error:
        errors.append(repr(error))
    result = {"done": done, "mine": sorted(holder.wanted.items()), "errors": errors}
    print(json.dumps(result))
