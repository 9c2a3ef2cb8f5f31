/**
 * Measurements, with what they were measured on. Every run checks that what it measured was also right, and fails otherwise.
 */
@org.jspecify.annotations.NullMarked
package io.icegate.benchmarks;
