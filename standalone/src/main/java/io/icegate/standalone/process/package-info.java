/**
 * The programs that {@code ./icegate} runs, each in a process of its own, and how none of them outlives it.
 */
@org.jspecify.annotations.NullMarked
package io.icegate.standalone.process;
