// Rules for the add-on's JavaScript. dev/setup.sh copies this file beside the installed
// packages, where its imports are found.
import js from "@eslint/js";
import globals from "globals";

export default [
    js.configs.recommended,
    {
        languageOptions: {
            ecmaVersion: 2022,
            sourceType: "module",
            globals: { ...globals.browser, luxon: "readonly", odoo: "readonly" },
        },
        linterOptions: { reportUnusedDisableDirectives: "error" },
        rules: {
            curly: "error",
            "dot-notation": "error",
            eqeqeq: ["error", "always", { null: "ignore" }],
            "no-console": "error",
            "no-duplicate-imports": "error",
            "no-eval": "error",
            "no-implicit-globals": "error",
            "no-shadow": "error",
            "no-unused-vars": ["error", { args: "after-used" }],
            "no-var": "error",
            "object-shorthand": ["error", "properties"],
            "one-var": ["error", "never"],
            "prefer-const": "error",
            "prefer-template": "error",
        },
    },
];
