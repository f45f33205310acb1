"""One scenario after the other, each with contacts and a series of its own."""

import logging
import sys
import time

from odoo.addons.customer_group.tests.delivery import MailServer, Scene, Worker


def main(env, contacts):
    """Run all scenarios, and exit with an error if anything is lost or doubled."""
    logging.getLogger("mail.log").setLevel(logging.ERROR)
    wrong = []
    for scenario in (
        every_day,
        down,
        later,
        refused,
        dropped,
        lost,
        slow,
        killed,
        killed_without_risk,
    ):
        server = MailServer()
        try:
            run = Run(env, server, contacts, scenario.__name__)
            expected = scenario(run)
            wrong += run.report(scenario.__doc__, **(expected or {}))
            run.end()
        finally:
            server.stop()
    if wrong:
        sys.exit("error: e-mails went wrong, see above")


class Run:
    """The contacts of a scenario, and the processes that send e-mails to them."""

    def __init__(self, env, server, contacts, name):
        self.env, self.cr, self.server = env, env.cr, server
        self.began = time.monotonic()
        self.scene = Scene(env, server, contacts, name.replace("_", "-"))
        self.scene.start(env)
        self.workers = []
        self.cr.commit()

    def work(self, processes=1):
        """Do steps, send e-mails and repair, and wait until nothing is left to do."""
        workers = [Worker(self.scene) for _number in range(processes)]
        self.workers += workers
        for worker in workers:
            worker.wait()
        for worker in workers:
            worker.tell()
        return [worker.wait() for worker in workers]

    def again(self):
        """Do so again with the last process, when it is time to try again."""
        self.scene.hurry(self.cr)
        self.cr.commit()
        self.workers[-1].tell()
        self.workers[-1].wait()

    def report(self, title, **expected):
        """Print what happened, and return what is wrong."""
        self.cr.rollback()
        accepted = self.server.accepted
        problems = self.scene.find_problems(self.cr, accepted, **expected)
        seconds = time.monotonic() - self.began
        # Without the e-mail that tells the responsible of a failure.
        own = [a for a, _message_id in accepted if a in self.scene.addresses]
        print(
            f"    {title} {len(own)} e-mails for {len(set(own))} contacts,"
            f" {self.scene.get_states(self.cr)}, {seconds:.0f} s",
            flush=True,
        )
        for name, what in problems.items():
            print(f"    WRONG: {name}: {what}", flush=True)
        return list(problems)

    def end(self):
        for worker in self.workers:
            worker.end()
        self.scene.remove(self.env)
        self.cr.commit()


def every_day(run):
    """Three processes at once:"""
    run.work(3)


def down(run):
    """The mail server is down, then up:"""
    run.server.stop()
    run.work()
    run.server.start()
    run.again()


def later(run):
    """The mail server wants to be asked again later (451):"""
    run.server.mode = "later"
    run.work()
    run.again()
    run.server.mode = "ok"
    run.again()


def refused(run):
    """The mail server does not know one recipient (550):"""
    run.server.refused.add(run.scene.addresses[0])
    run.work()
    run.again()
    return {"failed": 1}


def dropped(run):
    """Each tenth e-mail breaks the connection before it has arrived:"""
    run.server.mode = "drop"
    run.work()
    run.server.mode = "ok"
    run.again()


def lost(run):
    """Each tenth e-mail breaks the connection after it has arrived:"""
    run.server.mode = "lose"
    run.work()
    run.server.mode = "ok"
    run.again()
    return {"twice": run.scene.size // 10 + 1}


def slow(run):
    """The mail server is slow, and three processes send at once:"""
    run.server.mode = "slow"
    run.work(3)


def killed(run):
    """The process is killed when the mail server has an e-mail, before the answer:"""
    kill(run)
    run.work(3)
    run.again()
    return {"twice": 1}


def killed_without_risk(run):
    """The same, in a series that never risks a duplicate:"""
    sequence = run.env["customer.group.sequence"].browse(run.scene.sequence)
    sequence.never_twice = True
    run.cr.commit()
    kill(run)
    run.work(3)
    run.again()
    return {"unknown": 1}  # it has arrived, but nobody knows


def kill(run):
    """Kill a process while it sends the fifth e-mail."""
    worker = Worker(run.scene)
    worker.wait()
    run.server.kill_at(5, worker.process.pid)
    worker.tell()
    if worker.wait():
        sys.exit("error: the process survived")
    worker.end()
