import { expect, test } from "@odoo/hoot";
import { edit, press, queryAllTexts } from "@odoo/hoot-dom";
import { animationFrame, runAllTimers } from "@odoo/hoot-mock";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import {
    clickSave,
    contains,
    defineModels,
    fields,
    mockService,
    models,
    mountView,
    onRpc,
} from "@web/../tests/web_test_helpers";

class CustomerGroup extends models.Model {
    _name = "customer.group";

    name = fields.Char({
        onChange: (group) => {
            group.similar_id = group.name === "Whole sale" && 2;
        },
    });
    complete_name = fields.Char();
    color = fields.Integer();
    similar_id = fields.Many2one({ relation: "customer.group" });

    _records = [
        { id: 1, name: "Trade", complete_name: "Trade", color: 3 },
        { id: 2, name: "Wholesale", complete_name: "Trade / Wholesale", color: 5 },
        { id: 3, name: "Private", complete_name: "Private", color: 7 },
    ];
    _views = {
        form: /* xml */ `
            <form>
                <div invisible="not similar_id">
                    <field name="similar_id" readonly="1"/>
                    <widget name="customer_group_use_similar"/>
                </div>
                <field name="name"/>
            </form>`,
    };

    get_similar(name) {
        const found = { wholesale: true, "whole sale": false };
        const key = name.toLowerCase();
        return (
            key in found && {
                id: 2,
                display_name: "Trade / Wholesale",
                color: 5,
                can_assign: true,
                same: found[key],
            }
        );
    }
}

class CustomerGroupRequest extends models.Model {
    _name = "customer.group.request";

    name = fields.Char();

    _views = { form: /* xml */ `<form><field name="name"/></form>` };
}

class Lead extends models.Model {
    _name = "lead";

    name = fields.Char();
    group_ids = fields.Many2many({ relation: "customer.group" });

    _records = [{ id: 1, name: "Anna", group_ids: [2] }];
}

defineMailModels();
defineModels([CustomerGroup, CustomerGroupRequest, Lead]);

const input = ".o_field_widget[name='group_ids'] input";
const option = ".o-autocomplete--dropdown-item:not(.o_m2o_dropdown_option)";
const action = ".o-autocomplete--dropdown-item.o_m2o_dropdown_option";

function mountField(attributes = "", type = "form") {
    const field = `<field name="group_ids" widget="customer_group_tags" ${attributes}/>`;
    const archs = {
        form: `<form>${field}</form>`,
        list: `<list multi_edit="1"><field name="name"/>${field}</list>`,
        kanban: `<kanban><templates><t t-name="card">${field}</t></templates></kanban>`,
    };
    return mountView({ type, resModel: "lead", resId: 1, arch: archs[type] });
}

async function typeGroup(text) {
    await contains(input).edit(text, { confirm: false });
    await runAllTimers();
}

for (const type of ["form", "list", "kanban"]) {
    test(`a chip in the ${type} has the short name, the path and the color`, async () => {
        await mountField("", type);
        expect(".o_tag").toHaveText("Wholesale");
        expect(".o_tag").toHaveAttribute("data-tooltip", "Trade / Wholesale");
        expect(".o_tag").toHaveClass("o_tag_color_5");
        expect(".o_tag[role='link']").toHaveCount(type === "form" ? 1 : 0);
    });
}

test("opening asks for nothing more, and saving neither", async () => {
    onRpc("lead", "*", ({ method }) => {
        expect.step(method);
    });
    onRpc("customer.group", "*", ({ method }) => {
        expect.step(`group: ${method}`);
    });
    await mountField();
    expect.verifySteps(["get_views", "web_read"]);
    await contains(".o_tag .o_delete").click();
    await clickSave();
    expect.verifySteps(["web_save"]);
});

test("the groups to choose from have dots in their colors", async () => {
    await mountField();
    await contains(input).click();
    await runAllTimers();
    expect(`${option}:eq(0) .o_customer_group_color_3`).toHaveCount(1);
    expect(`${option}:eq(2) .o_customer_group_color_7`).toHaveCount(1);
    await contains(`${option}:contains(Private)`).click();
    expect(queryAllTexts(".o_tag")).toEqual(["Wholesale", "Private"]);
});

test("a new name is created, one that exists or nearly so is offered", async () => {
    await mountField();
    await typeGroup("Museums");
    expect(`${action}:contains(Create "Museums")`).toHaveCount(1);
    for (const name of ["WHOLESALE", "Whole sale"]) {
        await typeGroup(name);
        expect(`${action}:contains('Create "')`).toHaveCount(0);
        expect(option).toHaveCount(1);
        expect(`${option}:contains(Wholesale)`).toHaveCount(1);
        expect(`${action}:contains(Create and edit)`).toHaveCount(1);
    }
});

test("+ creates a group and adds it", async () => {
    onRpc("customer.group", "web_save", ({ args }) => {
        expect.step(args[1].name);
    });
    await mountField();
    expect(".o_customer_group_create").toHaveAttribute(
        "aria-label",
        "New Customer Group"
    );
    expect(".o_customer_group_ask").toHaveCount(0);
    await contains(".o_customer_group_create").click();
    await contains(".modal [name='name'] input").edit("Museums");
    await contains(".modal .o_form_button_save").click();
    expect.verifySteps(["Museums"]);
    expect(".modal").toHaveCount(0);
    expect(".o_tag").toHaveCount(2);
    expect(".o_customer_group_create").toBeFocused();
});

test("the dialog stops once at a similar name, and adds that group if wanted", async () => {
    onRpc("customer.group", "web_save", ({ args }) => {
        expect.step(args[1].name);
    });
    await mountField();
    await contains(".o_tag .o_delete").click();
    await contains(".o_customer_group_create").click();
    await contains(".modal [name='name'] input").edit("Whole sale", { confirm: false });
    await contains(".modal .o_form_button_save").click();
    expect(".o_notification").toHaveText(/Save again/);
    expect.verifySteps([]);
    await contains(".modal .o_customer_group_use").click();
    expect(".modal").toHaveCount(0);
    expect(queryAllTexts(".o_tag")).toEqual(["Wholesale"]);
    await contains(".o_customer_group_create").click();
    await contains(".modal [name='name'] input").edit("Whole sale");
    await contains(".modal .o_form_button_save").click();
    await contains(".modal .o_form_button_save").click();
    expect.verifySteps(["Whole sale"]);
    expect(".o_tag").toHaveCount(2);
});

test("who may not create asks", async () => {
    onRpc("customer.group.request", "web_save", ({ args, kwargs }) => {
        const { default_partner_ids, default_res_model, default_res_id } =
            kwargs.context;
        expect.step([
            args[1].name,
            default_partner_ids,
            default_res_model,
            default_res_id,
        ]);
    });
    await mountField(`can_create="False"`);
    expect(".o_customer_group_create").toHaveCount(0);
    await typeGroup("Museums");
    expect(queryAllTexts(action)).toEqual(["Ask for a Group…"]);
    await contains(action).click();
    expect(".modal [name='name'] input").toHaveValue("Museums");
    await contains(".modal .o_form_button_save").click();
    expect(".o_notification").toHaveText(/sent to the managers/);
    expect.verifySteps([["Museums", undefined, "lead", 1]]);
    await contains(".o_customer_group_ask").click();
    expect(".modal [name='name'] input").toHaveValue("");
    await press("Escape");
    await animationFrame();
    expect(".o_customer_group_ask").toBeFocused();
});

test("the list stays closed when something is chosen while typing", async () => {
    await mountField(`can_create="False"`);
    await contains(input).click();
    await edit("Mus");
    await contains(action).click();
    await runAllTimers();
    expect(".modal").toHaveCount(1);
    expect(action).toHaveCount(0);
});

test("with the option no_create nobody creates or asks", async () => {
    await mountField(`options="{'no_create': True}"`);
    await typeGroup("Museums");
    expect(action).toHaveCount(0);
    expect(".o_customer_group_create, .o_customer_group_ask").toHaveCount(0);
});

test("readonly: chips open their group, also with the keyboard", async () => {
    mockService("action", {
        doAction({ res_model, res_id }) {
            expect.step(`${res_model} ${res_id}`);
        },
    });
    await mountField(`readonly="1"`);
    expect("input, .o_delete, .o_customer_group_create").toHaveCount(0);
    await contains(".o_tag").click();
    expect(".o_tag").toHaveAttribute("tabindex", "0");
    await contains(".o_tag").focus();
    await press("Enter");
    await animationFrame();
    expect.verifySteps(["customer.group 2", "customer.group 2"]);
});

test("a click in the list edits, as in other columns", async () => {
    mockService("action", {
        doAction() {
            expect.step("opened");
        },
    });
    await mountField("", "list");
    await contains(".o_list_record_selector input").click();
    await contains(".o_data_cell .o_tag").click();
    expect(`.o_selected_row ${input}`).toHaveCount(1);
    expect.verifySteps([]);
});
