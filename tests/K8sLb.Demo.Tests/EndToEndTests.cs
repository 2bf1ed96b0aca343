using K8sLb.Load;

namespace K8sLb.Demo.Tests;

public sealed class EndToEndTests
{
    private const string Guide = """
        # Title

        ## First
        Text.
        ```sh
        kubectl one
        ```
        ```yaml
        not: this
        ```
        ### Deeper
        ```sh
        kubectl two
        kubectl three
        ```
        ```
        helm by-hand
        ```
        """;

    [Fact]
    public void Commands_of_a_section_are_taken_as_they_stand()
    {
        InstallGuide.Commands(Guide, "First").ShouldBe("kubectl one\n");
        InstallGuide.Commands(Guide, "Deeper").ShouldBe("kubectl two\nkubectl three\n");
    }

    [Fact]
    public void A_section_without_commands_is_named() =>
        Should
            .Throw<DemoException>(() => InstallGuide.Commands(Guide, "Title"))
            .Message.ShouldBe("docs/install.md has no commands below \"Title\"");

    [Theory]
    [InlineData("Install")]
    [InlineData("An application")]
    [InlineData("Its pool")]
    [InlineData("Watch")]
    [InlineData("Upgrade")]
    [InlineData("Uninstall")]
    public async Task The_guide_has_every_section_that_is_run(string section) =>
        InstallGuide
            .Commands(
                await File.ReadAllTextAsync(Path.Combine(LocalCluster.SourceTree.Find(), InstallGuide.Path)),
                section
            )
            .ShouldNotBeEmpty();

    [Fact]
    public void Scenarios_can_be_picked()
    {
        EndToEndOptions.Parse([], _ => null).Scenarios.ShouldBe(Scenario.All);
        EndToEndOptions
            .Parse(["--only", "drain,job"], _ => null)
            .Scenarios.Select(s => s.Name)
            .ShouldBe(["drain", "job"]);
        Should
            .Throw<ArgumentException>(() => EndToEndOptions.Parse(["--only", "dance"], _ => null))
            .Message.ShouldStartWith("--only dance: there are restart, scale-in");
    }

    [Theory]
    [InlineData(5, 0, true, "Passed: with K8sLb 0 of 1,000 requests failed, without it 5 of 1,000")]
    [InlineData(5, 1, false, "Not passed: with K8sLb 1 of 1,000")]
    [InlineData(0, 0, false, "Proves nothing")]
    public void Nothing_may_be_lost_with_K8sLb_and_something_must_be_without(
        long without,
        long with,
        bool passed,
        string text
    )
    {
        var verdict = EndToEndVerdict.Of(
            [Result(RunKind.Baseline, without), Result(RunKind.K8sLb, with)],
            TimeSpan.FromMinutes(9)
        );

        verdict.Passed.ShouldBe(passed);
        verdict.Text.ShouldStartWith(text);
    }

    [Fact]
    public async Task Where_no_node_can_run_it_is_skipped_and_not_passed()
    {
        var output = new StringWriter();

        var code = await Command.RunAsync(
            () => 1,
            _ => new PlainView(output),
            (_, _, _) => throw new NoClusterException("it needs root")
        );

        code.ShouldBe(Command.Skipped);
        output.ToString().ShouldContain("Skipped: it needs root");
    }

    private static ScenarioResult Result(RunKind run, long failed) =>
        new(
            "restart",
            "kubectl rollout restart",
            run,
            10,
            new RunSummary
            {
                Requests = 1_000,
                Failed = failed,
                FailuresByKind = new Dictionary<FailureKind, long>(),
                ConnectionsOpened = 10,
                ReleasedPolitely = 0,
                Cut = 0,
                P99Ms = 1,
            },
            []
        );
}
