namespace K8sLb.Demo.Tests;

public sealed class CommandTests
{
    [Theory]
    [InlineData(true, Command.Passed)]
    [InlineData(false, Command.NotPassed)]
    public async Task The_outcome_is_the_exit_code(bool passed, int code) =>
        (await RunAsync(() => 1, _ => passed)).Code.ShouldBe(code);

    [Fact]
    public async Task Bad_options_run_nothing() =>
        (
            await RunAsync<int>(
                () => throw new ArgumentException("KEEP=yes"),
                _ => throw new InvalidOperationException()
            )
        ).Code.ShouldBe(Command.BadOptions);

    [Fact]
    public async Task What_it_could_not_run_for_is_told()
    {
        var (code, output) = await RunAsync(() => 1, _ => throw new DemoException("no node"));

        code.ShouldBe(Command.NotPassed);
        output.ShouldContain("It could not be run: no node");
    }

    [Fact]
    public async Task A_mistake_in_the_program_is_not_hidden() =>
        await Should.ThrowAsync<InvalidOperationException>(() =>
            RunAsync(() => 1, _ => throw new InvalidOperationException())
        );

    private static async Task<(int Code, string Output)> RunAsync<T>(Func<T> parse, Func<T, bool> run)
    {
        var output = new StringWriter();
        var code = await Command.RunAsync(
            parse,
            _ => new PlainView(output),
            (options, _, _) => Task.FromResult(run(options))
        );
        return (code, output.ToString());
    }
}
