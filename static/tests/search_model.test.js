import { expect, test } from "@odoo/hoot";
import { Component, xml } from "@odoo/owl";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import {
    defineModels,
    fields,
    models,
    mountWithSearch,
} from "@web/../tests/web_test_helpers";

class Customer extends models.Model {
    customer_group_id = fields.Many2one({ relation: "customer" });
    customer_group_exclude_id = fields.Many2one({ relation: "customer" });
    _views = {
        search: /* xml */ `
            <search>
                <field name="customer_group_id" filter_domain="[('groups', 'child_of', raw_value)]"/>
                <field name="customer_group_exclude_id"
                       filter_domain="['!', ('groups', 'child_of', raw_value)]"/>
            </search>`,
    };
}

defineMailModels();
defineModels([Customer]);

class Search extends Component {
    static template = xml`<div/>`;
    static props = ["*"];
}

/** Returns the search of somebody who has chosen these groups, one by one. */
async function choose(fieldName, ...ids) {
    const component = await mountWithSearch(Search, {
        resModel: "customer",
        searchViewId: false,
    });
    const { searchModel } = component.env;
    const items = Object.values(searchModel.searchItems);
    const { id } = items.find((item) => item.fieldName === fieldName);
    for (const value of ids) {
        const group = { label: `Group ${value}`, operator: "=", value };
        searchModel.addAutoCompletionValues(id, group);
    }
    return searchModel;
}

test("who is in any of the chosen groups is found", async () => {
    const { domain, facets } = await choose("customer_group_id", 1, 2);
    expect(domain).toEqual(["|", ["groups", "child_of", 1], ["groups", "child_of", 2]]);
    expect(facets.map(({ values }) => values)).toEqual([["Group 1", "Group 2"]]);
});

test("who is in any of the excluded groups is left out", async () => {
    const { domain, facets } = await choose("customer_group_exclude_id", 1, 2, 3);
    const without = (id) => ["!", ["groups", "child_of", id]];
    expect(domain).toEqual(["&", ...without(1), "&", ...without(2), ...without(3)]);
    expect(facets.map(({ values }) => values)).toEqual([
        ["Group 1", "Group 2", "Group 3"],
    ]);
});

test("one excluded group needs no more", async () => {
    const { domain } = await choose("customer_group_exclude_id", 7);
    expect(domain).toEqual(["!", ["groups", "child_of", 7]]);
});
