import { beforeEach, expect, test } from "@odoo/hoot";
import { keyDown, press, queryAllTexts, queryOne, scroll } from "@odoo/hoot-dom";
import { advanceTime, animationFrame } from "@odoo/hoot-mock";
import { waitNotifications, waitUntilSubscribe } from "@bus/../tests/bus_test_helpers";
import { ConnectionLostError } from "@web/core/network/rpc";
import { ORM } from "@web/core/orm_service";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import {
    contains,
    defineModels,
    fields,
    getService,
    MockServer,
    makeServerError,
    models,
    mountWithCleanup,
    onRpc,
    patchWithCleanup,
} from "@web/../tests/web_test_helpers";
import { WebClient } from "@web/webclient/webclient";

class CustomerGroup extends models.Model {
    _name = "customer.group";

    name = fields.Char({ required: true });
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
        search: /* xml */ `<search/>`,
    };
}

defineMailModels();
defineModels([CustomerGroup]);

const rights = { create: true, assign: true };
let movable;
const row = (name) => `.o_customer_group_row:has(.o_customer_group_name:text(${name}))`;
const getNames = () => queryAllTexts(".o_customer_group_name");

/** Answers like the server: parents stand before their subgroups. */
function getTree({ args: [domain = []] }) {
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
                return [...place, matches.includes(id), movable(id), 1, 2];
            }),
        count_date: false,
        rights,
    };
}

async function openManager() {
    await mountWithCleanup(WebClient);
    await getService("action").doAction({
        type: "ir.actions.act_window",
        res_model: "customer.group",
        name: "Customer Groups",
        views: [
            [false, "customer_group_manager"],
            [false, "form"],
        ],
    });
    await animationFrame(); // for the pane, which comes after the tree
}

async function tell(news) {
    MockServer.env["bus.bus"]._sendone("broadcast", "customer_group/changed", news);
    await waitNotifications(["customer_group/changed", news]);
    await advanceTime(2000);
    await animationFrame();
}

beforeEach(() => {
    Object.assign(rights, { create: true, assign: true });
    movable = () => true;
    onRpc("customer.group", "get_tree", getTree);
});

test("the first group is shown, its subgroups on demand", async () => {
    await openManager();
    expect(getNames()).toEqual(["Straße", "Trade"]);
    expect(".o_form_view [name='name'] input").toHaveValue("Straße");
    await contains(`${row("Trade")} .o_customer_group_toggle`).click();
    expect(getNames()).toEqual(["Straße", "Trade", "Shops", "Wholesale"]);
    await contains(".o_customer_group_open_all").click();
    expect(getNames()).toEqual(["Straße", "Trade", "Shops", "Wholesale", "Export"]);
    expect(row("Export")).toHaveAttribute("aria-level", "3");
    await contains(".o_customer_group_close_all").click();
    expect(getNames()).toEqual(["Straße", "Trade"]);
});

test("finding shows matches below what leads to them, whatever case and accents", async () => {
    await openManager();
    await contains(".o_customer_group_find input").edit("EXP", { confirm: false });
    expect(getNames()).toEqual(["Trade", "Wholesale", "Export"]);
    expect(row("Trade")).toHaveClass("text-muted");
    expect(row("Export")).not.toHaveClass("text-muted");
    await contains(`${row("Trade")} .o_customer_group_toggle`).click();
    expect(getNames()).toEqual(["Trade"]);
    await contains(".o_customer_group_find input").edit("trade / who", {
        confirm: false,
    });
    expect(getNames()).toEqual(["Trade", "Wholesale", "Export"]);
    await contains(".o_customer_group_find input").edit("whole", { confirm: false });
    expect(getNames()).toEqual(["Trade", "Wholesale"]);
    await contains(`${row("Wholesale")} .o_customer_group_toggle`).click();
    expect(getNames()).toEqual(["Trade", "Wholesale", "Export"]);
    await contains(".o_customer_group_find input").edit("nothing", { confirm: false });
    expect(".o_customer_group_none").toHaveText("No group matches.");
});

test("the keyboard alone is enough", async () => {
    await openManager();
    await contains(".o_customer_group_tree").focus();
    await press("ArrowDown");
    await press("ArrowRight"); // opens Trade
    await animationFrame();
    expect(getNames()).toEqual(["Straße", "Trade", "Shops", "Wholesale"]);
    await press("ArrowRight"); // goes to Shops
    await press("Enter");
    await animationFrame();
    expect(".o_form_view [name='name'] input").toHaveValue("Shops");
    expect(row("Shops")).toHaveAttribute("aria-selected", "true");
    await contains(".o_customer_group_tree").focus();
    await press("ArrowLeft"); // to its parent
    await press("ArrowLeft"); // which is closed
    await animationFrame();
    expect(getNames()).toEqual(["Straße", "Trade"]);
    await keyDown("x");
    expect(".o_customer_group_find input").toBeFocused();
});

test("choosing another group saves what was typed", async () => {
    onRpc("customer.group", "web_save", ({ args }) => {
        expect.step(args);
    });
    await openManager();
    await contains(".o_field_widget[name='name'] input").edit("Street", {
        confirm: false,
    });
    await contains(row("Trade")).click();
    expect.verifySteps([[[5], { name: "Street" }]]);
    expect(getNames()).toEqual(["Street", "Trade"]);
    expect(".o_form_view [name='name'] input").toHaveValue("Trade");
});

test("what cannot be saved stays", async () => {
    await openManager();
    await contains(".o_field_widget[name='name'] input").edit("", { confirm: false });
    await contains(row("Trade")).click();
    expect(".o_field_widget[name='name']").toHaveClass("o_field_invalid");
    expect(row("Straße")).toHaveAttribute("aria-selected", "true");
});

test("a new subgroup is in its place and chosen", async () => {
    await openManager();
    await contains(row("Trade")).click();
    await contains(".o_customer_group_new_subgroup").click();
    await contains(".o_field_widget[name='name'] input").edit("Agents", {
        confirm: false,
    });
    await contains(".o_form_button_save").click();
    expect(getNames()).toEqual(["Straße", "Trade", "Agents", "Shops", "Wholesale"]);
    expect(row("Agents")).toHaveAttribute("aria-selected", "true");
    await contains(".o_customer_group_new").click();
    await contains(".o_form_button_cancel").click();
    expect(".o_form_view [name='name'] input").toHaveValue("Agents");
});

test("a group is dragged below another one, and back by Undo", async () => {
    onRpc("customer.group", "write", ({ args }) => {
        expect.step(args);
    });
    await openManager();
    await contains(".o_customer_group_open_all").click();
    await contains(row("Wholesale")).dragAndDrop(row("Straße"));
    expect.verifySteps([[[2], { parent_id: 5 }]]);
    expect(getNames()).toEqual(["Straße", "Wholesale", "Export", "Trade", "Shops"]);
    expect(".o_notification").toHaveText(/with its 1 subgroups/);
    await contains(".o_notification_buttons button").click();
    expect.verifySteps([[[2], { parent_id: 1 }]]);
    expect(getNames()).toEqual(["Straße", "Trade", "Shops", "Wholesale", "Export"]);
});

test("a group cannot be dropped below itself", async () => {
    onRpc("customer.group", "write", () => {
        expect.step("write");
    });
    await openManager();
    await contains(".o_customer_group_open_all").click();
    await contains(row("Trade")).dragAndDrop(row("Export"));
    expect.verifySteps([]);
    expect(".o_notification").toHaveText(/because that is one of its own subgroups/);
    await contains(row("Trade")).dragAndDrop(row("Trade"));
    await contains(row("Wholesale")).dragAndDrop(row("Trade")); // where it is already
    expect.verifySteps([]);
    expect(".o_notification").toHaveCount(1);
});

test("a move is not made when the server cannot be reached", async () => {
    expect.errors(1);
    patchWithCleanup(ORM.prototype, {
        write: () => Promise.reject(new ConnectionLostError("/web/dataset/call_kw")),
    });
    await openManager();
    await contains(".o_customer_group_open_all").click();
    await contains(row("Wholesale")).dragAndDrop(row("Straße"));
    await animationFrame();
    expect.verifyErrors([/Connection to .* was interrupted/]);
    expect(".o_notification").toHaveText(/Connection lost/);
    expect(getNames()).toEqual(["Straße", "Trade", "Shops", "Wholesale", "Export"]);
});

test("a move the server refuses leaves all as it was", async () => {
    expect.errors(1);
    onRpc("customer.group", "write", () => {
        throw makeServerError({ message: "There is such a group already." });
    });
    await openManager();
    await contains(".o_customer_group_open_all").click();
    await contains(row("Wholesale")).dragAndDrop(row("Straße"));
    await animationFrame();
    expect.verifyErrors(["RPC_ERROR"]);
    expect(".modal").toHaveText(/There is such a group already/);
    expect(getNames()).toEqual(["Straße", "Trade", "Shops", "Wholesale", "Export"]);
});

test("who may not create or write sees no way to", async () => {
    rights.create = false;
    movable = () => false;
    await openManager();
    expect(".o_customer_group_new, .o_customer_group_add").toHaveCount(0);
    expect(".o_customer_group_new_subgroup, [draggable]").toHaveCount(0);
    expect("button[data-tab='changes']").toHaveCount(1);
});

test("the changes are for those who may assign", async () => {
    Object.assign(rights, { assign: false });
    await openManager();
    expect(queryAllTexts(".o_customer_group_tabs [role='tab']")).toEqual([
        "Details",
        "Members2",
        "History",
    ]);
});

test("only the rows on the screen are in the page", async () => {
    const main = Array.from({ length: 2000 }, (_, i) => {
        const name = `Group ${String(i).padStart(4, "0")}`;
        return [i + 1, name, 1, null, true, true, true, 0, 0];
    });
    onRpc("customer.group", "get_tree", () => ({
        groups: main,
        count_date: false,
        rights,
    }));
    await openManager();
    const { length } = getNames();
    expect(length).toBeLessThan(60);
    expect(queryOne(".o_customer_group_tree").scrollHeight).toBeGreaterThan(2000 * 30);
    await scroll(".o_customer_group_tree", { y: 2000 * 34 });
    await animationFrame();
    expect(getNames().at(-1)).toBe("Group 1999");
});

test("the change of somebody else appears, and does not touch what I type", async () => {
    await openManager();
    getService("bus_service").start();
    await waitUntilSubscribe();
    MockServer.env["customer.group"].write([5], {
        name: "Avenue",
        write_date: "2026-01-01 11:00:00",
    });
    const news = { ids: [5], deleted: false };
    await tell(news);
    expect(getNames()).toEqual(["Avenue", "Trade"]);
    expect(".o_form_view [name='name'] input").toHaveValue("Avenue");

    await contains(".o_field_widget[name='name'] input").edit("Mine", {
        confirm: false,
    });
    MockServer.env["customer.group"].write([5], {
        name: "Boulevard",
        write_date: "2026-01-01 12:00:00",
        write_uid: MockServer.env.uid,
    });
    await tell(news);
    expect(getNames()).toEqual(["Boulevard", "Trade"]);
    expect(".o_form_view [name='name'] input").toHaveValue("Mine");

    await contains(".o_form_button_save").click();
    expect(".modal").toHaveText(/has saved this group since you opened it/);
    await contains(".modal-footer .btn-secondary").click();
    expect(".o_form_view [name='name'] input").toHaveValue("Boulevard");
});

test("a group that somebody else deletes gives way to another one", async () => {
    await openManager();
    getService("bus_service").start();
    await waitUntilSubscribe();
    MockServer.env["customer.group"].unlink([5]);
    await tell({ ids: [5], deleted: true });
    expect(getNames()).toEqual(["Trade"]);
    expect(".o_notification").toHaveText("Somebody else has deleted this group.");
    expect(".o_form_view [name='name'] input").toHaveValue("Trade");

    await contains(".o_field_widget[name='name'] input").edit("Typed", {
        confirm: false,
    });
    MockServer.env["customer.group"].unlink([1, 2, 3, 4]);
    await tell({ ids: [1], deleted: true });
    expect(".o_customer_group_row").toHaveCount(0);
    expect(".o_notification:last").toHaveText(/What you typed is still here/);
    expect(".o_form_view [name='name'] input").toHaveValue("Typed");
});

test("what others do does not move the tree below my eyes", async () => {
    await openManager();
    getService("bus_service").start();
    await waitUntilSubscribe();
    MockServer.env["customer.group"].create(
        Array.from({ length: 200 }, (_, i) => ({ name: `Zone ${1000 + i}`, color: 1 }))
    );
    await tell({ ids: [6], deleted: false });
    await scroll(".o_customer_group_tree", { y: 3000 });
    await animationFrame();
    MockServer.env["customer.group"].write([1], { name: "Commerce" });
    await tell({ ids: [1], deleted: false });
    expect(queryOne(".o_customer_group_tree").scrollTop).toBe(3000);
});

test("a new group is seen even if it is not what was looked for", async () => {
    await openManager();
    await contains(".o_customer_group_find input").edit("street", { confirm: false });
    await contains(".o_customer_group_find input").edit("exp", { confirm: false });
    await contains(".o_customer_group_new").click();
    await contains(".o_field_widget[name='name'] input").edit("Agents", {
        confirm: false,
    });
    await contains(".o_form_button_save").click();
    expect(row("Agents")).toHaveAttribute("aria-selected", "true");
    expect(".o_customer_group_find input").toHaveValue("");
});

test("groups that a filter finds can be closed; a new group stays in sight", async () => {
    await mountWithCleanup(WebClient);
    await getService("action").doAction({
        type: "ir.actions.act_window",
        res_model: "customer.group",
        domain: [["name", "ilike", "ship"]],
        views: [
            [false, "customer_group_manager"],
            [false, "form"],
        ],
    });
    expect(getNames()).toEqual(["Straße", "Trade", "Shops", "Wholesale", "Export"]);
    await contains(`${row("Trade")} .o_customer_group_toggle`).click();
    expect(getNames()).toEqual(["Straße", "Trade"]);
    await contains(".o_customer_group_new").click();
    await contains(".o_field_widget[name='name'] input").edit("Agents", {
        confirm: false,
    });
    await contains(".o_form_button_save").click();
    expect(row("Agents")).not.toHaveClass("text-muted");
});

test("what was open and chosen is there again after a visit elsewhere", async () => {
    await openManager();
    await contains(".o_customer_group_open_all").click();
    await contains(row("Export")).click();
    await contains(".o_customer_group_page").click();
    expect(".o_customer_group_manager").toHaveCount(0);
    await contains(".o_back_button, .breadcrumb-item:first a").click();
    await animationFrame();
    expect(row("Export")).toHaveAttribute("aria-selected", "true");
    expect(".o_form_view [name='name'] input").toHaveValue("Export");
    expect(getNames()).toHaveLength(5);
});

test("a tree of 1,000 levels is shown", async () => {
    const groups = Array.from({ length: 1000 }, (_, i) => {
        return [i + 1, `Level ${i + 1}`, 1, i || null, true, true, true, 0, 0];
    });
    onRpc("customer.group", "get_tree", () => ({ groups, count_date: false, rights }));
    await openManager();
    await contains(".o_customer_group_open_all").click();
    await contains(".o_customer_group_tree").focus();
    await press("End");
    await animationFrame();
    expect(getNames().at(-1)).toBe("Level 1000");
});

test("old numbers of members say so", async () => {
    onRpc("customer.group", "get_tree", (request) => ({
        ...getTree(request),
        count_date: "2026-01-01 10:00:00",
    }));
    await openManager();
    expect(".o_customer_group_left").toHaveText(/Members as counted on .*2026/);
});
