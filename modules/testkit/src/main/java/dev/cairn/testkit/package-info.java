/**
 * Tests of modules.
 *
 * <p>A test starts a {@link dev.cairn.testkit.TestServer} with the modules that it is about and talks to it by a
 * {@link dev.cairn.testkit.TestClient}; the server's clock is the test's to {@link dev.cairn.testkit.TestServer#advance advance}. What all
 * modules have to keep is not written again but extended, a test class for each:
 *
 * <table>
 * <caption>Contracts</caption>
 * <tr><th>A module with</th><th>extends</th></tr>
 * <tr><td>anything</td><td>{@link dev.cairn.testkit.ModuleContract}</td></tr>
 * <tr><td>commands</td><td>{@link dev.cairn.testkit.CommandContract}</td></tr>
 * <tr><td>commands on the hot path</td><td>{@link dev.cairn.testkit.AllocationContract}</td></tr>
 * <tr><td>commands that let their client wait</td><td>{@link dev.cairn.testkit.BlockingContract}</td></tr>
 * <tr><td>a data type</td><td>{@link dev.cairn.testkit.DataTypeContract}</td></tr>
 * <tr><td>a connection type</td><td>{@link dev.cairn.testkit.ConnectionTypeContract}</td></tr>
 * <tr><td>a kind of background job</td><td>{@link dev.cairn.testkit.JobTypeContract}</td></tr>
 * <tr><td>lanes for background jobs</td><td>{@link dev.cairn.testkit.JobLanesContract}</td></tr>
 * <tr><td>persistence</td><td>{@link dev.cairn.testkit.PersistenceContract}</td></tr>
 * </table>
 *
 * <p>Where a module has to differ from a contract it says so by a constant of the contract's {@code Leeway}, and then that it does differ
 * is what is tested.
 */
package dev.cairn.testkit;
