namespace K8sLb.Demo.Tests;

public sealed class DemoOptionsTests
{
    [Fact]
    public void What_make_passes_on_is_read()
    {
        var environment = new Dictionary<string, string>
        {
            ["KEEP"] = "1",
            ["CLUSTER"] = "current",
            ["ACT"] = "scale",
        };

        var options = DemoOptions.Parse(["--json"], name => environment.GetValueOrDefault(name));

        options.ShouldBe(
            new DemoOptions
            {
                Act = DemoAct.Scale,
                Keep = true,
                CurrentCluster = true,
                Json = true,
            }
        );
    }

    [Fact]
    public void Values_for_helm_are_separate_arguments() =>
        DemoOptions
            .Parse([], name => name == "HELM_VALUES" ? "--set=image.tag=1  --set=sidecar.image.tag=1" : null)
            .HelmValues.ShouldBe(["--set=image.tag=1", "--set=sidecar.image.tag=1"]);

    [Theory]
    [InlineData("KEEP", "yes", "KEEP=yes; it takes 0 or 1")]
    [InlineData("ACT", "scaling", "ACT=scaling; it takes restart or scale")]
    [InlineData("CLUSTER", "kind", "CLUSTER=kind; it takes local or current")]
    public void A_wrong_value_is_named_with_what_would_be_right(string variable, string value, string message) =>
        Should
            .Throw<ArgumentException>(() => DemoOptions.Parse([], name => name == variable ? value : null))
            .Message.ShouldBe(message);

    [Fact]
    public void An_unknown_argument_is_refused() =>
        Should.Throw<ArgumentException>(() => DemoOptions.Parse(["--jsno"], _ => null)).Message.ShouldContain("--jsno");
}
