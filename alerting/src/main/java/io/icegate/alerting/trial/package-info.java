/**
 * Tests of rules: rows and what becomes of alerts, as files. {@code TrialParser} reads them, {@code TrialRunner} runs the real evaluation of a group over the rows of
 * a test, with a clock and a store of its own. It may import {@code rule}, {@code state} and {@code evaluate}.
 */
@org.jspecify.annotations.NullMarked
package io.icegate.alerting.trial;
