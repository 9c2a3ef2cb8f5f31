/**
 * Runs the programs of {@code ./icegate}, each in a process of its own. {@link io.icegate.standalone.process.Stack} is a list of
 * {@link io.icegate.standalone.process.Program}s, and a {@code Supervisor} starts each of them again when it ended. {@code Supervised}
 * runs inside the child and ends it together with its parent. {@code MemoryPlan} divides the memory of the machine. This package imports
 * {@code console} for failures; it knows no command.
 */
@org.jspecify.annotations.NullMarked
package io.icegate.standalone.process;
