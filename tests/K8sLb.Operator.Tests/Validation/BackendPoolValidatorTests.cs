using K8sLb.Operator.Api;
using K8sLb.Operator.Validation;

namespace K8sLb.Operator.Tests.Validation;

public sealed class BackendPoolValidatorTests
{
    [Fact]
    public void A_pool_with_a_selector_and_a_port_is_valid() =>
        BackendPoolValidator.Validate(Sample.Spec()).ShouldBeEmpty();

    [Fact]
    public void Everything_that_is_missing_is_named() =>
        Errors(new BackendPoolSpec())
            .ShouldBe([
                "spec.selector: missing: needs at least one entry in matchLabels or matchExpressions",
                "spec.ports (entries): missing: must be 1 to 16",
            ]);

    [Fact]
    public void A_missing_spec_is_named() => Errors(null).ShouldBe(["spec: missing: must be given"]);

    [Theory]
    [MemberData(nameof(WrongSelectors.All), MemberType = typeof(WrongSelectors))]
    [MemberData(nameof(WrongPorts.All), MemberType = typeof(WrongPorts))]
    [MemberData(nameof(WrongReleases.All), MemberType = typeof(WrongReleases))]
    [MemberData(nameof(WrongBalancing.All), MemberType = typeof(WrongBalancing))]
    [MemberData(nameof(WrongHealth.All), MemberType = typeof(WrongHealth))]
    [MemberData(nameof(WrongLimits.All), MemberType = typeof(WrongLimits))]
    [MemberData(nameof(WrongRequests.All), MemberType = typeof(WrongRequests))]
    public void A_wrong_field_is_named_with_its_value_and_what_would_be_right(
        string expected,
        Action<BackendPoolSpec> spoil
    )
    {
        var spec = Sample.Spec();
        spoil(spec);

        Errors(spec).ShouldHaveSingleItem().ShouldStartWith(expected);
    }

    [Fact]
    public void A_very_long_value_is_not_repeated_in_full()
    {
        var spec = Sample.Spec();
        spec.Drain.Deadline = new string('9', 5000);

        Errors(spec)[0].Length.ShouldBeLessThan(250);
    }

    private static string[] Errors(BackendPoolSpec? spec) =>
        [.. BackendPoolValidator.Validate(spec).Select(e => e.ToString())];
}
