# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import xmlrpc.client
from datetime import datetime, timedelta

from odoo import Command
from odoo.tests import HttpCase
from odoo.tools import mute_logger

from .common import CustomerGroupCommon

SILENT = mute_logger(
    "odoo.http", "odoo.addons.base.models.ir_model", "odoo.models", "odoo.sql_db"
)


class HttpApiCommon(CustomerGroupCommon, HttpCase):
    """Calls of programs and of the web client, as any user."""

    def json2(self, user, model, method, **arguments):
        """Call the JSON-2 API with a key of ``user``.

        :return: pair (HTTP status, answer)
        """
        key = (
            self.env["res.users.apikeys"]
            .with_user(user)
            .sudo()
            ._generate("rpc", "test", datetime.now() + timedelta(hours=1))
        )
        response = self.url_open(
            f"/json/2/{model}/{method}",
            json=arguments,
            headers={"Authorization": f"bearer {key}"},
        )
        return response.status_code, response.json()

    def web(self, user, model, method, *arguments, **options):
        """Call as the web client does, in a session of ``user``.

        :return: pair (name of the error or ``None``, result or message)
        """
        self.authenticate(user.login, user.login)
        answer = self.url_open(
            f"/web/dataset/call_kw/{model}/{method}",
            json={
                "params": {
                    "model": model,
                    "method": method,
                    "args": arguments,
                    "kwargs": options,
                }
            },
        ).json()
        if "error" in answer:
            data = answer["error"]["data"]
            return data["name"].rpartition(".")[2], data["message"]
        return None, answer.get("result")

    def xmlrpc(self, user, model, method, *arguments, **options):
        return self.xmlrpc_object.execute_kw(
            self.env.cr.dbname, user.id, user.login, model, method, arguments, options
        )

    def refused(self, user, model, method, *arguments, **options):
        """Assert that XML-RPC refuses the call, and return the message."""
        with SILENT, self.assertRaises(xmlrpc.client.Fault) as caught:
            self.xmlrpc(
                user, model, method, list(arguments[0]), *arguments[1:], **options
            )
        return caught.exception.faultString

    def link_command(self, group):
        """Return the command as XML-RPC can send it: with a plain number."""
        return [int(Command.LINK), group.id, 0]
