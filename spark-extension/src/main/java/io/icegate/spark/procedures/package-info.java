/**
 * The procedures behind {@code CALL <catalog>.system.…}. An {@code IceGateProcedure} says what it takes and answers, and does
 * its work on tables that {@code ProcedureTables} finds; {@code IceGateProcedures} lists them and puts Iceberg's own behind a
 * guard. Refusals leave this package as {@code IllegalArgumentException} with one sentence. Knows nothing of the package
 * above.
 */
@org.jspecify.annotations.NullMarked
package io.icegate.spark.procedures;
