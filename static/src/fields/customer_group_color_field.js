import { registry } from "@web/core/registry";
import {
    ColorPickerField,
    colorPickerField,
} from "@web/views/fields/color_picker/color_picker_field";

/** The palette of Odoo, always open, without "No color": every group has one. */
export class CustomerGroupColorField extends ColorPickerField {
    static RECORD_COLORS = ColorPickerField.RECORD_COLORS.filter((color) => color);
}

registry.category("fields").add("customer_group_color", {
    ...colorPickerField,
    component: CustomerGroupColorField,
    extractProps: () => ({ canToggle: false }),
});
