/**
 * Options of the configuration, each declared once: name, type, default, bounds, a line of documentation.
 *
 * <pre>{@code
 * Option<Long> limit = registrar.option(OptionSpec.memory("my-limit", 64 << 20, 0, Long.MAX_VALUE).doc("The most that is kept."));
 * }</pre>
 *
 * <p>The value is bound when the module starts, and changes with CONFIG SET.
 */
package dev.cairn.api.config;
