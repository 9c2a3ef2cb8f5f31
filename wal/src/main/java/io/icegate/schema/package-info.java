/**
 * What tables and rows of telemetry are, without any Parquet, store or wire format. {@link io.icegate.schema.TableShape} and
 * {@link io.icegate.schema.Column} describe a table as data, {@link io.icegate.schema.Signal} holds the fixed shapes. Values of
 * rows are {@code Attributes}, {@code CanonicalText} and the row of each signal. {@code docs/format/schema.md} specifies all of
 * it. This package imports Iceberg's types and nothing of ours.
 */
@org.jspecify.annotations.NullMarked
package io.icegate.schema;
