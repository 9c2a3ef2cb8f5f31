/**
 * One tick of one group: when it is due, what is late, its queries, its record. {@code GroupEvaluator} runs it, {@code QueryEngine} asks
 * Trino, {@code EvaluatorMembership} shares groups among evaluators. It may import {@code rule} and {@code state}.
 */
@org.jspecify.annotations.NullMarked
package io.icegate.alerting.evaluate;
