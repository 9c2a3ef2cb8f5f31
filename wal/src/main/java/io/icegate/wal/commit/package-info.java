/**
 * Makes segments part of their table. A {@code CommitPlanner} decides, a {@code CommitPlan} is the decision as data, and
 * {@code WalTransaction} applies it behind the fence of {@code OffsetsUnchanged}; {@code WalCommitter} does all three for
 * waiting segments, {@code WalReconciler} for segments that a rollback took away. {@code WalCommitGuard} is asked by the
 * catalog before every commit of any engine and holds the rules that Iceberg does not know. May import the packages of the
 * {@code wal} module and the shapes of signals, and nothing imports it but engines and receivers.
 */
@org.jspecify.annotations.NullMarked
package io.icegate.wal.commit;
