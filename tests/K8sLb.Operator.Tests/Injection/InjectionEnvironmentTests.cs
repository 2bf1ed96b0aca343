using K8sLb.Operator.Hosting;
using K8sLb.Operator.Injection;

namespace K8sLb.Operator.Tests.Injection;

public sealed class InjectionEnvironmentTests
{
    private static readonly Dictionary<string, string> Least = new()
    {
        ["K8SLB_SIDECAR_IMAGE"] = "sidecar:1",
        ["K8SLB_SIDECAR_OPERATOR"] = "https://k8slb.k8slb-system.svc:15010",
    };

    [Fact]
    public void Without_an_image_injection_is_off() => InjectionEnvironment.Read(_ => null, "1").ShouldBeNull();

    [Fact]
    public void The_image_and_the_address_are_enough()
    {
        var options = Read().ShouldNotBeNull();

        options.Settings.Image.ShouldBe("sidecar:1");
        options.Settings.Version.ShouldBe("1.2.3");
        options.Settings.Resources.ToString().ShouldBe("{}");
        options.Native.ShouldBeNull();
    }

    [Theory]
    [InlineData("Auto", null)]
    [InlineData("Always", true)]
    [InlineData("Never", false)]
    public void The_kind_of_sidecar_can_be_chosen(string text, bool? native) =>
        Read(("K8SLB_SIDECAR_NATIVE", text))!.Native.ShouldBe(native);

    [Theory]
    [InlineData("Pod", true)]
    [InlineData("Admin", false)]
    [InlineData("", false)]
    public void Figures_can_be_served_on_the_pods_address(string text, bool onPod) =>
        Read(("K8SLB_SIDECAR_METRICS_ON", text))!.Settings.MetricsOnPod.ShouldBe(onPod);

    [Theory]
    [InlineData("K8SLB_SIDECAR_METRICS_ON", "Everywhere")]
    [InlineData("K8SLB_SIDECAR_OPERATOR", "k8slb:15010")]
    [InlineData("K8SLB_SIDECAR_OPERATOR", "")]
    [InlineData("K8SLB_SIDECAR_NATIVE", "yes")]
    [InlineData("K8SLB_SIDECAR_PULL_POLICY", "Sometimes")]
    [InlineData("K8SLB_SIDECAR_RESOURCES", "{")]
    [InlineData("K8SLB_SIDECAR_RESOURCES", "[]")]
    [InlineData("K8SLB_SIDECAR_RESOURCES", """{"limit":{}}""")]
    public void What_is_wrong_is_named_with_its_value(string variable, string value)
    {
        var message = Should.Throw<FormatException>(() => Read((variable, value))).Message;

        message.ShouldStartWith($"{variable}: \"{value}\": must be ");
    }

    [Fact]
    public void Webhooks_are_served_with_TLS_alone() =>
        Should
            .Throw<FormatException>(() =>
                OperatorEnvironment.Read(v => v == "K8SLB_WEBHOOK_LISTEN" ? "http://0.0.0.0:15012" : null)
            )
            .Message.ShouldStartWith("K8SLB_WEBHOOK_LISTEN: \"http://0.0.0.0:15012\": must be https://");

    private static InjectionOptions? Read(params (string Name, string Value)[] more)
    {
        var variables = new Dictionary<string, string>(Least);
        foreach (var (name, value) in more)
        {
            variables[name] = value;
        }
        return InjectionEnvironment.Read(v => variables.GetValueOrDefault(v), "1.2.3");
    }
}
