@org.jspecify.annotations.NullMarked
package io.icegate.benchmarks.soak;
