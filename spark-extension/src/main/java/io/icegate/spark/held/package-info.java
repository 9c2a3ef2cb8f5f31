/**
 * Keeps maintenance away from tables while statements of Spark change their rows.
 */
@org.jspecify.annotations.NullMarked
package io.icegate.spark.held;
