/**
 * JMH benchmarks of Cairn's parts, without sockets: parser, dispatch, index, allocator, reply writer.
 *
 * <p>Build with {@code mvn -pl modules/benchmarks -am package -DskipTests}, then run one by a part of its name with a JDK 25:
 *
 * <pre>{@code
 * java -cp 'modules/benchmarks/target/classes:modules/benchmarks/target/lib/*' org.openjdk.jmh.Main NAME
 * }</pre>
 *
 * <p>One class measures one part, and its javadoc holds the exact command that runs it. A benchmark asserts nothing; what it shows is
 * recorded with machine, JDK and command. Figures of the whole server come from {@code modules/benchmarks/compare}, which is
 * {@code dev.cairn.benchmarks.compare}.
 */
package dev.cairn.benchmarks;
