import { Deferred, expect, test } from "@odoo/hoot";
import { keyDown, press, queryAllTexts, queryOne, scroll } from "@odoo/hoot-dom";
import { animationFrame } from "@odoo/hoot-mock";
import { contains, onRpc } from "@web/../tests/web_test_helpers";
import {
    answer,
    defineManager,
    getNames,
    getTree,
    openManager,
    row,
} from "./group_manager_helpers";

defineManager();

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

test("the tree does not wait for the form; three requests are enough", async () => {
    const form = new Deferred();
    onRpc("customer.group", "*", ({ method }) => {
        expect.step(method);
        return method === "web_read" ? form : undefined;
    });
    await openManager();
    expect(getNames()).toEqual(["Straße", "Trade"]);
    expect(row("Straße")).toHaveAttribute("aria-selected", "true");
    expect(".o_form_view").toHaveCount(0);
    await contains(`${row("Trade")} .o_customer_group_toggle`).click();
    expect(getNames()).toHaveLength(4);
    form.resolve();
    await animationFrame();
    expect(".o_form_view [name='name'] input").toHaveValue("Straße");
    expect.verifySteps(["get_views", "get_tree", "web_read"]);
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
    expect(".o_customer_group_tree").toBeFocused();
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
    await contains(".o_searchview_input").focus();
    await press("ArrowDown"); // out of the search bar, which keeps Tab for itself
    await animationFrame();
    expect(".o_customer_group_tree").toBeFocused();
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

test("only groups that the user may change can be dragged", async () => {
    onRpc("customer.group", "write", () => {
        expect.step("write");
    });
    answer.isMovable = (id) => id === 2;
    await openManager();
    await contains(".o_customer_group_open_all").click();
    expect(queryAllTexts("[draggable] .o_customer_group_name")).toEqual(["Wholesale"]);
    await contains(row("Wholesale")).dragAndDrop(row("Straße"));
    expect.verifySteps(["write"]);
    expect(row("Wholesale")).toHaveAttribute("aria-posinset", "1");
});

test("who may not create or write sees no way to", async () => {
    answer.rights.create = false;
    answer.isMovable = () => false;
    await openManager();
    expect(".o_customer_group_new, .o_customer_group_add").toHaveCount(0);
    expect(".o_customer_group_new_subgroup, [draggable]").toHaveCount(0);
    expect("button[data-tab='changes']").toHaveCount(1);
});

test("the changes are for those who may assign", async () => {
    answer.rights.assign = false;
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
        rights: answer.rights,
    }));
    await openManager();
    const { length } = getNames();
    expect(length).toBeLessThan(60);
    expect(queryOne(".o_customer_group_tree").scrollHeight).toBeGreaterThan(2000 * 30);
    await scroll(".o_customer_group_tree", { y: 2000 * 34 });
    await animationFrame();
    expect(getNames().at(-1)).toBe("Group 1999");
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
    await openManager({ domain: [["name", "ilike", "ship"]] });
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
    onRpc("customer.group", "get_tree", () => ({
        groups,
        count_date: false,
        rights: answer.rights,
    }));
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
