using K8sLb.Operator.Hosting;

namespace K8sLb.Operator.Tests.Hosting;

public sealed class OperatorEnvironmentTests
{
    [Fact]
    public void Without_a_word_sidecars_attach_over_TLS_with_tokens()
    {
        var options = OperatorEnvironment.Read(_ => null);

        options.UsesTls.ShouldBeTrue();
        options.Authentication.ShouldBe(AuthenticationMode.TokenReview);
    }

    [Fact]
    public void Plain_http_alone_is_a_mistake() =>
        Should
            .Throw<FormatException>(() => Read(("K8SLB_LISTEN", "http://0.0.0.0:15010")))
            .Message.ShouldBe(
                "K8SLB_LISTEN: \"http://0.0.0.0:15010\": must be https://IP:PORT, since sidecars send no token over plain HTTP; "
                    + "K8SLB_AUTHENTICATION=None goes without tokens, for development"
            );

    [Fact]
    public void Plain_http_needs_a_second_switch_that_gives_up_tokens() =>
        Read(("K8SLB_LISTEN", "http://0.0.0.0:15010"), ("K8SLB_AUTHENTICATION", "None")).UsesTls.ShouldBeFalse();

    [Theory]
    [InlineData("none")]
    [InlineData("7")]
    public void A_way_to_authenticate_that_there_is_not_is_a_mistake(string mode) =>
        Should
            .Throw<FormatException>(() => Read(("K8SLB_AUTHENTICATION", mode)))
            .Message.ShouldBe($"K8SLB_AUTHENTICATION: \"{mode}\": must be TokenReview or None");

    private static OperatorOptions Read(params (string Name, string Value)[] variables) =>
        OperatorEnvironment.Read(variables.ToDictionary(v => v.Name, v => v.Value).GetValueOrDefault);
}
