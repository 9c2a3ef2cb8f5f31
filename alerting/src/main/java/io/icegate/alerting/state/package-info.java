/**
 * State of alerts as a pure function of results. {@code Fold} makes the next state and the transitions, {@code EvaluationRecord} carries
 * them, {@code EvaluationLog} stores one record for each group and tick. It may import {@code io.icegate.alerting.rule}.
 */
@org.jspecify.annotations.NullMarked
package io.icegate.alerting.state;
