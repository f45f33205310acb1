import { expect, test } from "@odoo/hoot";
import { press, queryAll } from "@odoo/hoot-dom";
import { animationFrame } from "@odoo/hoot-mock";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import {
    contains,
    defineModels,
    fields,
    models,
    mockService,
    mountView,
    onRpc,
} from "@web/../tests/web_test_helpers";

class CustomerGroup extends models.Model {
    _name = "customer.group";

    name = fields.Char();
    color = fields.Integer();

    _records = [
        { id: 1, name: "Trade", color: 3 },
        { id: 2, name: "Private", color: 5 },
    ];
    _views = {
        form: /* xml */ `
            <form js_class="customer_group_form">
                <field name="name"/>
                <field name="color" widget="customer_group_color"/>
            </form>`,
        list: /* xml */ `
            <list js_class="customer_group_list"><field name="name"/></list>`,
    };
}

defineMailModels();
defineModels([CustomerGroup]);

test("the palette is open and offers the eleven colors a group can have", async () => {
    onRpc("customer.group", "web_save", ({ args }) => {
        expect.step(args[1]);
    });
    await mountView({ type: "form", resModel: "customer.group", resId: 1 });
    const colors = queryAll(".o_field_customer_group_color button");
    expect(colors).toHaveCount(11);
    expect(".o_colorlist_item_color_0").toHaveCount(0);
    await contains(".o_colorlist_item_color_7").click();
    await contains(".o_form_button_save").click();
    expect.verifySteps([{ color: 7 }]);
});

test("a reader sees the color alone", async () => {
    await mountView({
        type: "form",
        resModel: "customer.group",
        resId: 1,
        arch: `<form edit="0"><field name="color" widget="customer_group_color" readonly="1"/></form>`,
    });
    expect(".o_field_customer_group_color button").toHaveCount(1);
    expect(".o_field_customer_group_color .o_colorlist_item_color_3").toHaveCount(1);
});

for (const type of ["form", "list"]) {
    test(`deleting in the ${type} says what becomes of the members`, async () => {
        onRpc("customer.group", "unlink", ({ args }) => {
            expect.step(args[0]);
        });
        await mountView({
            type,
            resModel: "customer.group",
            resId: type === "form" ? 1 : undefined,
            actionMenus: {},
            loadActionMenus: true,
        });
        if (type === "list") {
            await contains(".o_data_row:first .o_list_record_selector input").click();
        }
        await contains(".o_cp_action_menus .fa-cog").click();
        await contains(".o_menu_item:contains(Delete)").click();
        expect(".modal").toHaveText(/their members stay in your contacts/);
        await contains(".modal-footer .btn-secondary").click();
        expect.verifySteps([]);
        await contains(".o_cp_action_menus .fa-cog").click();
        await contains(".o_menu_item:contains(Delete)").click();
        await contains(".modal-footer .btn-danger, .modal-footer .btn-primary").click();
        expect.verifySteps([[1]]);
    });
}

test("rows of the journal do not open; Enter presses their buttons", async () => {
    mockService("action", {
        doActionButton({ name, resId }) {
            expect.step(`${name} ${resId}`);
        },
    });
    await mountView({
        type: "list",
        resModel: "customer.group",
        selectRecord: () => expect.step("opened"),
        arch: `
            <list js_class="customer_group_journal_list">
                <field name="name"/>
                <button name="action_undo" type="object" string="Undo"/>
            </list>`,
    });
    await contains(".o_data_row:first .o_data_cell[name='name']").click();
    expect.verifySteps([]);
    await contains(".o_data_row:first button[name='action_undo']").focus();
    await press("Enter");
    await animationFrame();
    expect.verifySteps(["action_undo 1"]);
});
