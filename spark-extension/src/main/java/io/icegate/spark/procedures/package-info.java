@org.jspecify.annotations.NullMarked
package io.icegate.spark.procedures;
