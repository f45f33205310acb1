import { expect, test } from "@odoo/hoot";
import { press, queryAllTexts } from "@odoo/hoot-dom";
import { animationFrame } from "@odoo/hoot-mock";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import {
    contains,
    defineModels,
    fields,
    models,
    mountView,
    onRpc,
} from "@web/../tests/web_test_helpers";

class Series extends models.Model {
    name = fields.Char();
    step_ids = fields.One2many({ relation: "step", relation_field: "series_id" });

    _records = [{ id: 1, name: "Welcome", step_ids: [1, 2, 3] }];
    _views = {
        form: /* xml */ `
            <form>
                <field name="name"/>
                <field name="step_ids" widget="customer_group_timeline" mode="kanban"
                       add-label="Add a Step">
                    <kanban default_order="sequence,id">
                        <field name="sequence" widget="handle"/>
                        <field name="delay_value"/>
                        <field name="delay_unit"/>
                        <templates><t t-name="card"><field name="name"/></t></templates>
                    </kanban>
                    <form><field name="name"/><field name="delay_value"/></form>
                </field>
            </form>`,
    };
}

class Step extends models.Model {
    name = fields.Char();
    series_id = fields.Many2one({ relation: "series" });
    sequence = fields.Integer({ default: 10 });
    delay_value = fields.Integer();
    delay_unit = fields.Selection({
        selection: [
            ["hours", "hours"],
            ["days", "days"],
            ["weeks", "weeks"],
        ],
        default: "days",
    });

    _records = [
        { id: 1, name: "Mail", sequence: 10, delay_value: 0, delay_unit: "days" },
        { id: 2, name: "Call", sequence: 20, delay_value: 1, delay_unit: "days" },
        { id: 3, name: "Group", sequence: 30, delay_value: 2, delay_unit: "weeks" },
    ];
}

defineMailModels();
defineModels([Series, Step]);

const times = () => queryAllTexts(".o_customer_group_timeline_time");
const cards = () => queryAllTexts(".o_kanban_record");
const button = (name, label) =>
    `li:has(.o_kanban_record:contains(${name})) button[aria-label='${label}']`;

test("each step says when it takes place, and how long after the start", async () => {
    await mountView({ type: "form", resModel: "series", resId: 1 });
    expect("ol.o_customer_group_timeline > li").toHaveCount(4);
    expect(times()).toEqual(["At once", "1 day later", "2 weeks later\nDay 15"]);
});

test("steps change places by keyboard, and the focus goes with them", async () => {
    onRpc("series", "web_save", ({ args }) => {
        const moved = args[1].step_ids.map(([, id, { sequence }]) => [id, sequence]);
        expect.step(moved.sort());
    });
    await mountView({ type: "form", resModel: "series", resId: 1 });
    expect(button("Mail", "Move up")).not.toBeEnabled();
    expect(button("Group", "Move down")).not.toBeEnabled();
    await contains(button("Group", "Move up")).focus();
    await press("Enter");
    await animationFrame();
    expect(cards()).toEqual(["Mail", "Group", "Call"]);
    expect(times()).toEqual(["At once", "2 weeks later", "1 day later\nDay 15"]);
    expect(button("Group", "Move up")).toBeFocused();
    await press("Enter");
    await animationFrame();
    expect(cards()).toEqual(["Group", "Mail", "Call"]);
    expect(button("Group", "Move down")).toBeFocused();
    await contains(button("Mail", "Move down")).click();
    expect(cards()).toEqual(["Group", "Call", "Mail"]);
    await contains(".o_form_button_save").click();
    expect.verifySteps([
        [
            [1, 12],
            [2, 11],
            [3, 10],
        ],
    ]);
});

test("steps change places with the mouse", async () => {
    await mountView({ type: "form", resModel: "series", resId: 1 });
    await contains("li:has(.o_kanban_record:contains(Group))").dragAndDrop("li:first");
    expect(cards()).toEqual(["Group", "Mail", "Call"]);
});

test("a new step comes last, whatever the numbers of the others", async () => {
    await mountView({ type: "form", resModel: "series", resId: 1 });
    await contains("button:contains(Add a Step)").click();
    await contains(".modal [name='name'] input").edit("Bye");
    await contains(".modal .o_form_button_save").click();
    expect(cards()).toEqual(["Mail", "Call", "Group", "Bye"]);
    expect(times().at(-1)).toBe("Right after that\nDay 15");
});

test("a step opens, and can be taken out", async () => {
    await mountView({ type: "form", resModel: "series", resId: 1 });
    await contains(".o_kanban_record:contains(Call)").focus();
    await press("Enter");
    await animationFrame();
    await contains(".modal [name='delay_value'] input").edit("5");
    await contains(".modal .o_form_button_save").click();
    expect(times()[1]).toBe("5 days later");
    await contains(button("Call", "Take out")).click();
    expect(cards()).toEqual(["Mail", "Group"]);
});

test("who may not change the series has no buttons", async () => {
    await mountView({
        type: "form",
        resModel: "series",
        resId: 1,
        arch: Series._views.form.replace("<form>", "<form edit='0'>"),
    });
    expect(cards()).toEqual(["Mail", "Call", "Group"]);
    expect(".o_customer_group_timeline button").toHaveCount(0);
    expect(".o_draggable").toHaveCount(0);
});
