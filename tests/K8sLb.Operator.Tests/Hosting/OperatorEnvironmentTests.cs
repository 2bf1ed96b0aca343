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

    [Fact]
    public void In_a_pod_it_says_by_the_pod_s_address_where_it_is_reached() =>
        Read(("POD_IP", "10.1.2.3")).AdvertisedUrl.ShouldBe("https://10.1.2.3:15010");

    [Theory]
    [InlineData("9")]
    [InlineData("100001")]
    [InlineData("many")]
    [InlineData("-500")]
    public void A_rate_of_attaching_that_would_keep_all_out_or_nobody_is_a_mistake(string rate) =>
        Should
            .Throw<FormatException>(() => Read(("K8SLB_ATTACH_RATE", rate)))
            .Message.ShouldBe($"K8SLB_ATTACH_RATE: \"{rate}\": must be 10 to 100000 in a second");

    [Fact]
    public void The_rate_of_attaching_can_be_set() =>
        Read(("K8SLB_ATTACH_RATE", "2000")).Hub.AttachesPerSecond.ShouldBe(2000);

    private static OperatorOptions Read(params (string Name, string Value)[] variables) =>
        OperatorEnvironment.Read(variables.ToDictionary(v => v.Name, v => v.Value).GetValueOrDefault);
}
