import { expect, test } from "@odoo/hoot";
import { queryOne, scroll } from "@odoo/hoot-dom";
import { animationFrame } from "@odoo/hoot-mock";
import { waitUntilSubscribe } from "@bus/../tests/bus_test_helpers";
import { ConnectionLostError } from "@web/core/network/rpc";
import { ORM } from "@web/core/orm_service";
import {
    contains,
    getService,
    MockServer,
    makeServerError,
    onRpc,
    patchWithCleanup,
} from "@web/../tests/web_test_helpers";
import {
    defineManager,
    getNames,
    openManager,
    row,
    tell,
} from "./group_manager_helpers";

defineManager();

/** Returns a server that cannot be reached while it `isAway`. */
function patchServer() {
    const server = { isAway: false };
    patchWithCleanup(ORM.prototype, {
        call() {
            return server.isAway
                ? Promise.reject(new ConnectionLostError("/web/dataset/call_kw"))
                : super.call(...arguments);
        },
    });
    return server;
}

test("a move is not made when the server cannot be reached", async () => {
    expect.errors(1);
    const server = patchServer();
    await openManager();
    await contains(".o_customer_group_open_all").click();
    server.isAway = true;
    await contains(row("Wholesale")).dragAndDrop(row("Straße"));
    await animationFrame();
    expect.verifyErrors([/Connection to .* was interrupted/]);
    expect(".o_notification").toHaveText(/Connection lost/);
    expect(getNames()).toEqual(["Straße", "Trade", "Shops", "Wholesale", "Export"]);
});

test("a move can be undone when the server is back", async () => {
    expect.errors(1);
    const server = patchServer();
    await openManager();
    await contains(".o_customer_group_open_all").click();
    await contains(row("Wholesale")).dragAndDrop(row("Straße"));
    server.isAway = true;
    await contains(".o_notification_buttons button").click();
    expect.verifyErrors([/Connection to .* was interrupted/]);
    expect(getNames()).toEqual(["Straße", "Wholesale", "Export", "Trade", "Shops"]);
    server.isAway = false;
    await contains(".o_notification_buttons button").click();
    expect(getNames()).toEqual(["Straße", "Trade", "Shops", "Wholesale", "Export"]);
    expect(".o_notification_buttons").toHaveCount(0);
});

test("what was typed stays until the server is back", async () => {
    expect.errors(2);
    onRpc("customer.group", "web_save", ({ args }) => {
        expect.step(args);
    });
    const server = patchServer();
    await openManager();
    server.isAway = true;
    await contains(".o_field_widget[name='name'] input").edit("Street", {
        confirm: false,
    });
    await contains(row("Trade")).click();
    const lost = /Connection to .* was interrupted/;
    expect.verifyErrors([lost, lost]); // looking for similar groups, and saving
    expect(".o_form_view [name='name'] input").toHaveValue("Street");
    expect(row("Straße")).toHaveAttribute("aria-selected", "true");
    server.isAway = false;
    await contains(row("Trade")).click();
    expect.verifySteps([[[5], { name: "Street" }]]);
    expect(".o_form_view [name='name'] input").toHaveValue("Trade");
});

test("a group that cannot be loaded leaves the other one in the pane", async () => {
    expect.errors(1);
    onRpc("customer.group", "web_save", ({ args }) => {
        expect.step(args);
    });
    const server = patchServer();
    await openManager();
    server.isAway = true;
    await contains(row("Trade")).click();
    await animationFrame();
    expect.verifyErrors([/Connection to .* was interrupted/]);
    expect(row("Straße")).toHaveAttribute("aria-selected", "true");
    expect(".o_form_view [name='name'] input").toHaveValue("Straße");
    server.isAway = false;
    await contains(".o_field_widget[name='name'] input").edit("Street", {
        confirm: false,
    });
    await contains(row("Trade")).click();
    expect.verifySteps([[[5], { name: "Street" }]]);
    expect(".o_form_view [name='name'] input").toHaveValue("Trade");
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
    onRpc("customer.group", "onchange", () => {
        throw makeServerError({ type: "MissingError" });
    });
    await tell({ ids: [1], deleted: true });
    expect(".o_customer_group_row, .o_nocontent_help").toHaveCount(0);
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
