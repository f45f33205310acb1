import { Component } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { formatInteger } from "@web/views/fields/formatters";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/** How many contacts each step of a selection leaves, with bars to compare them. */
export class WaterfallField extends Component {
    static template = "customer_group.WaterfallField";
    static props = { ...standardFieldProps };

    setup() {
        this.formatInteger = formatInteger;
    }

    get steps() {
        const steps = this.props.record.data[this.props.name] || [];
        const all = steps[0]?.count || 1;
        return steps.map((step) => ({
            ...step,
            kept: `width: ${(100 * step.count) / all}%`,
            lost: `width: ${(100 * step.removed) / all}%`,
        }));
    }

    get remaining() {
        return this.steps.at(-1).count;
    }
}

registry.category("fields").add("customer_group_waterfall", {
    component: WaterfallField,
    supportedTypes: ["json"],
});
