/**
 * Trino's view of our catalog. {@link io.icegate.trino.catalog.IceGateTrinoCatalog} serves one transaction: it reads tables
 * and views from one version of the catalog and commits against the newest. {@code IceGateTableOperations} commits through
 * the catalog log, and {@link io.icegate.trino.catalog.TrinoObjectStore} puts that log on Trino's file systems. May import
 * {@code config} and the catalog, never the WAL.
 */
@org.jspecify.annotations.NullMarked
package io.icegate.trino.catalog;
