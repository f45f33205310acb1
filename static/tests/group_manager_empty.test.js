import { beforeEach, expect, test } from "@odoo/hoot";
import { animationFrame } from "@odoo/hoot-mock";
import { markup } from "@odoo/owl";
import {
    contains,
    defineActions,
    defineModels,
    MockServer,
    models,
} from "@web/../tests/web_test_helpers";
import {
    answer,
    CustomerGroup,
    defineManager,
    getNames,
    openManager,
} from "./group_manager_helpers";

class AddTemplate extends models.Model {
    _name = "customer.group.add.template";
    _views = {
        form: /* xml */ `
            <form><footer><button special="cancel" string="Close"/></footer></form>`,
    };
}

defineManager();
defineModels([AddTemplate]);
defineActions([
    {
        id: 77,
        xml_id: "customer_group.customer_group_add_template_action",
        res_model: "customer.group.add.template",
        views: [[false, "form"]],
        target: "new",
    },
]);

const help = markup(`
    <p>Create your first customer group</p>
    <a type="action" class="o_customer_group_create">Create a Group</a>
    <a type="action" name="customer_group_load_template">Load a Template</a>`);
const loadTemplate = "a[name='customer_group_load_template']";
const close = ".modal-footer button:visible";

beforeEach(() => {
    CustomerGroup._records = [];
});

test("an empty page says how to begin", async () => {
    await openManager({ help });
    expect(".o_customer_group_row, .o_form_view").toHaveCount(0);
    expect(".o_nocontent_help").toHaveText(/Create your first customer group/);
    await contains(".o_customer_group_create").click();
    expect(".o_nocontent_help").toHaveCount(0);
    await contains(".o_form_button_cancel").click();
    expect(".o_nocontent_help").toHaveCount(1);
    await contains(".o_customer_group_create").click();
    await contains(".o_field_widget[name='name'] input").edit("Shops", {
        confirm: false,
    });
    await contains(".o_form_button_save").click();
    expect(getNames()).toEqual(["Shops"]);
});

test("who may not create groups finds no button for it", async () => {
    answer.rights.create = false;
    await openManager({ help: markup("<p>Ask a manager</p>") });
    expect(".o_nocontent_help").toHaveText("Ask a manager");
    expect(".o_customer_group_new").toHaveCount(0);
});

test("a search without result is not an empty page", async () => {
    await openManager({ help, domain: [["name", "=", "Nothing"]] });
    expect(".o_nocontent_help").toHaveCount(0);
    expect(".o_customer_group_none").toHaveText("No group matches.");
});

test("the groups of a template are there when its dialog is closed", async () => {
    await openManager({ help });
    await contains(loadTemplate).click();
    MockServer.env["customer.group"].create({ name: "Region" });
    await contains(close).click();
    await animationFrame();
    expect(".modal").toHaveCount(0);
    expect(getNames()).toEqual(["Region"]);
    expect(".o_form_view [name='name'] input").toHaveValue("Region");
});

test("they are there in the list as well", async () => {
    const list = [false, "list"];
    await openManager({ help, views: [list, [false, "form"]] });
    expect(".o_data_row").toHaveCount(0);
    await contains(loadTemplate).click();
    MockServer.env["customer.group"].create({ name: "Region" });
    await contains(close).click();
    await animationFrame();
    expect(".modal").toHaveCount(0);
    expect(".o_data_row").toHaveText("Region");
});
