/**
 * Runs {@code ./icegate demo} and says at each step what happens to the records. {@link io.icegate.standalone.demo.Demo} starts a
 * receiver and Trino, sends the records, queries them before and after the commit, and measures freshness.
 * {@code Shop} makes the records. This package imports {@code process} to run programs and {@code telemetry} to send.
 */
@org.jspecify.annotations.NullMarked
package io.icegate.standalone.demo;
