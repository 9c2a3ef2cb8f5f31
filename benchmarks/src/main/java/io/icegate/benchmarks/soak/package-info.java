/**
 * Real programs under a steady load, with a kill every now and then, and a ledger that must balance. {@link io.icegate.benchmarks.soak.Soak} runs clients, a
 * dashboard and kills beside each other; {@link io.icegate.benchmarks.soak.Ledger} compares what was acknowledged with what SQL
 * returns; {@link io.icegate.benchmarks.soak.SoakPage} draws what was measured.
 */
@org.jspecify.annotations.NullMarked
package io.icegate.benchmarks.soak;
