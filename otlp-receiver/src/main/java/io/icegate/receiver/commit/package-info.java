/**
 * Looks after the tables of a receiver. {@link io.icegate.receiver.commit.CommitLoop} is one thread that runs rounds;
 * {@link io.icegate.receiver.commit.TableSession} opens, follows and drains one table and commits what waits there, and
 * {@code TableProof} says before the first acknowledgement whether that table can be read and committed. A session points the
 * {@code ingest} package to the table; it imports that, {@code decode} and {@code signal}, the catalog and the WAL, and knows
 * a signal only by the shape of its table.
 */
@org.jspecify.annotations.NullMarked
package io.icegate.receiver.commit;
