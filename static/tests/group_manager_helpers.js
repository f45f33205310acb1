import { beforeEach } from "@odoo/hoot";
import { queryAllTexts } from "@odoo/hoot-dom";
import { advanceTime, animationFrame } from "@odoo/hoot-mock";
import { waitNotifications } from "@bus/../tests/bus_test_helpers";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import {
    defineModels,
    fields,
    getService,
    MockServer,
    models,
    mountWithCleanup,
    onRpc,
} from "@web/../tests/web_test_helpers";
import { WebClient } from "@web/webclient/webclient";

export class CustomerGroup extends models.Model {
    _name = "customer.group";

    name = fields.Char({ required: true, onChange: () => {} });
    color = fields.Integer();
    active = fields.Boolean({ default: true });
    parent_id = fields.Many2one({ relation: "customer.group" });
    write_date = fields.Datetime();
    write_uid = fields.Many2one({ relation: "res.users" });

    _records = [
        { id: 1, name: "Trade", color: 3, write_date: "2026-01-01 10:00:00" },
        {
            id: 2,
            name: "Wholesale",
            color: 3,
            parent_id: 1,
            write_date: "2026-01-01 10:00:00",
        },
        {
            id: 3,
            name: "Shops",
            color: 4,
            parent_id: 1,
            write_date: "2026-01-01 10:00:00",
        },
        {
            id: 4,
            name: "Export",
            color: 4,
            parent_id: 2,
            write_date: "2026-01-01 10:00:00",
        },
        { id: 5, name: "Straße", color: 5, write_date: "2026-01-01 10:00:00" },
    ];
    _views = {
        customer_group_manager: /* xml */ `<customer_group_manager/>`,
        form: /* xml */ `
            <form js_class="customer_group_form">
                <field name="active" invisible="1"/>
                <field name="write_date" invisible="1"/>
                <field name="name"/>
                <field name="parent_id"/>
            </form>`,
        list: /* xml */ `<list><field name="name"/></list>`,
        search: /* xml */ `<search/>`,
    };
}

/** What the server answers besides the groups. */
export const answer = {};
export const row = (name) =>
    `.o_customer_group_row:has(.o_customer_group_name:text(${name}))`;
export const getNames = () => queryAllTexts(".o_customer_group_name");

/** Answers like the server: parents stand before their subgroups. */
export function getTree({ args: [domain = []] }) {
    const matches = MockServer.env["customer.group"].search(domain);
    const groups = MockServer.env["customer.group"].search_read([], []);
    const getPath = ({ name, parent_id }) => {
        const parent = parent_id && groups.find((group) => group.id === parent_id[0]);
        return parent ? `${getPath(parent)} / ${name}` : name;
    };
    return {
        groups: groups
            .map((group) => ({ ...group, path: getPath(group) }))
            .sort((a, b) => (a.path < b.path ? -1 : 1))
            .map(({ id, name, color, active, parent_id }) => {
                const place = [id, name, color, parent_id && parent_id[0], active];
                return [...place, matches.includes(id), answer.isMovable(id), 1, 2];
            }),
        count_date: false,
        rights: answer.rights,
    };
}

/** @param {Object} [action] more of the action */
export async function openManager(action) {
    await mountWithCleanup(WebClient);
    await getService("action").doAction({
        type: "ir.actions.act_window",
        res_model: "customer.group",
        name: "Customer Groups",
        views: [
            [false, "customer_group_manager"],
            [false, "form"],
        ],
        ...action,
    });
    await animationFrame(); // for the pane, which comes after the tree
}

/** Sends news as the server does. */
export async function tell(news) {
    MockServer.env["bus.bus"]._sendone("broadcast", "customer_group/changed", news);
    await waitNotifications(["customer_group/changed", news]);
    await advanceTime(2000);
    await animationFrame();
}

/** Makes the groups and what the server says of them known to the tests of a file. */
export function defineManager() {
    defineMailModels();
    defineModels([CustomerGroup]);
    beforeEach(() => {
        answer.rights = { create: true, assign: true };
        answer.isMovable = () => true;
        onRpc("customer.group", "get_tree", getTree);
    });
}
