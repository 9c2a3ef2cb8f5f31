/**
 * Rules: what people write, how it is checked, and where its versions are kept. {@code RuleGroup} and {@code Rule} are the nouns, {@code
 * RuleFileParser} reads them, {@code RuleCheck} finds what is wrong, {@code RuleStore} keeps versions. It imports nothing of this module.
 */
@org.jspecify.annotations.NullMarked
package io.icegate.alerting.rule;
