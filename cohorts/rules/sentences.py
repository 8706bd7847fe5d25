"""What is said to a person about a roster file: one sentence per code, in the language of whoever reads it.

Problems travel and are stored as a code with its parameters; the sentence is made when it is shown, so a plan
made in Chinese reads well in English. Parameters never hold an ID number or a phone number.
"""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from trainee_mgmt.kit.words import phrase

SENTENCES = {
    # values, whatever the column
    "blank": _("The cell is empty."),
    "cell_error": _("The cell shows the spreadsheet error %(found)s. Put the value itself there."),
    "text_long": _("The text has %(length)s characters; at most %(limit)s fit."),
    "number_unreadable": _("This is not a number. Write digits, such as 12 or 12.5."),
    "date_unreadable": _("This is not a full date. Write it like 2026-05-17."),
    "choice_unknown": _("“%(found)s” is not one of the choices: %(choices)s."),
    "yes_no_unknown": _("Write 是 or 否 here; “%(found)s” is neither."),
    "digits_lost": _(
        "The spreadsheet kept this as a number, so its last digits are lost. "
        "Format the column as text and type the whole number again."
    ),
    # name
    "name_missing": _("There is no name in this row. Fill in the name, or leave the row out."),
    "name_not_text": _("A name is text; this cell holds a number or a date."),
    "name_lost": _("A character of the name is lost (“%(found)s” stands there). Type the whole name again."),
    "name_extra": _("Only the name belongs here; take out “%(found)s”."),
    # phone
    "phone_letters": _("A mobile number holds digits only; take out “%(found)s”."),
    "phone_length": _("This number has %(length)s digits; a mainland mobile number has 11."),
    "phone_landline": _("This is a landline; give the mobile number of 11 digits that the person signs in with."),
    "phone_prefix": _("A mainland mobile number begins with 13 to 19; this one begins with %(found)s."),
    "phone_foreign": _("Only mainland mobile numbers (+86) can be used; this one has another country code."),
    "phone_several": _("Two numbers stand in one cell; leave the mobile number only."),
    "phone_masked": _("Part of the phone number is hidden by stars. Give the whole number."),
    # ID number
    "id_old": _("This is the old ID number of 15 digits. Give the number of 18 from the present ID card."),
    "id_length": _("This has %(length)s characters; an ID number has 18."),
    "id_characters": _("An ID number holds 17 digits and a digit or X at the end; “%(found)s” does not belong there."),
    "id_masked": _("Part of the ID number is hidden by stars. Give the whole number."),
    "id_date": _("The birth date inside this ID number does not exist. Compare it with the ID card."),
    "id_check": _(
        "The last character does not fit the other 17: with those it would be %(fits)s. "
        "Compare the whole number with the ID card."
    ),
    # sex, birth, age
    "sex_unknown": _("Write 男 or 女 here; “%(found)s” is neither."),
    "sex_not_male": _("The sex column says male, but the ID number is a woman's."),
    "sex_not_female": _("The sex column says female, but the ID number is a man's."),
    "born_unreadable": _("This is not a date. Write it like 1990-05 or 1990-05-17."),
    "born_year_only": _("Only a year stands here. Write the month too, like 1990-05."),
    "born_short_year": _("The year has two digits. Write all four, like 1990-05."),
    "born_ambiguous": _("%(year)s.1 may be January or October. Write %(year)s-01 or %(year)s-10."),
    "born_range": _("The year %(year)s cannot be a year of birth."),
    "born_differs": _("The birth column says %(column)s, but by the ID number it is %(id_number)s."),
    "age_unreadable": _("This is not an age. Write full years, such as 35."),
    # other columns
    "ethnicity_unknown": _("“%(found)s” is not an ethnic group of the official list. Write it like 汉族."),
    "email_unreadable": _("This is not an e-mail address. Write it like name@example.com."),
    # the file as a whole
    "twice_id": _("The same ID number stands in sheet %(sheet)s, row %(row)s (%(name)s)."),
    "twice_phone": _("The same phone number stands in sheet %(sheet)s, row %(row)s (%(name)s)."),
    "twice_person": _("This person is in the file already: sheet %(sheet)s, row %(row)s."),
    "same_name": _("Another person of this name is in sheet %(sheet)s, row %(row)s; the two have different numbers."),
    "same_name_unclear": _(
        "The same name is in sheet %(sheet)s, row %(row)s, and nothing shows whether it is another person."
    ),
    "claimed_sheet": _("The title speaks of %(claimed)s people; rows read: %(read)s."),
    "claimed_group": _("“%(group)s” speaks of %(claimed)s people; rows read: %(read)s."),
    "head_teacher_unclear": _("The head teacher's row could not be read in full; check name and phone."),
    "position_unsplit": _("The position could not be told from the unit, so all of it was kept as the unit."),
    # a row and the people of the database
    "id_of_another": _("This ID number belongs to %(name)s. The same person under another name, or a wrong number?"),
    "id_of_stranger": _("This ID number belongs to a person of another name. Compare both with the ID card."),
    "id_differs": _("A person of this name and phone number has another ID number."),
    "phone_of_another": _("This phone number belongs to %(name)s."),
    "phone_of_stranger": _("This phone number belongs to a person of another name."),
    "several_people": _("Several people have this name and phone number. Give the ID number."),
    "only_the_name": _(
        "A trainee of this name (%(number)s) is in the cohort; no number shows whether it is the same person."
    ),
    "matched_twice": _("Row %(row)s of sheet %(sheet)s is the same person."),
    "not_in_training": _("%(number)s has left the cohort. Bring the trainee back on the trainee's page, with a date."),
    "number_taken": _("The student number %(number)s is taken."),
    # what stays as it is
    "by_hand": _("set by hand"),
    "from_elsewhere": _("known from another cohort"),
    "class_has_dates": _("a change of class has a date: make it on the trainee's page"),
    "group_is_chosen": _("is in a group of the class already"),
    "number_stays": _("a student number does not change"),
    "office_needs_class": _("the person is in no class"),
    "office_was_held": _("the office was held and has ended"),
    "class_has_head": _("the class has a head teacher"),
    # how a column was understood
    "header_known": _("The header is a known name of this field."),
    "header_part": _("Part of the header names this field."),
    "header_profile": _("The cohort has a profile field of this name."),
    "header_unknown": _("No field has this name; it can become a profile field."),
    "header_blank": _("The column has no header."),
    "header_taken": _("Another column already gives this field."),
    "content": _("The cells look like this field."),
    "ignored": _("This column is filled in by hand on paper and is not read."),
    # why a sheet is left out
    "sheet_hidden": _("The sheet is hidden."),
    "sheet_empty": _("The sheet is empty."),
    "sheet_no_header": _("No row of the sheet looks like a header."),
    "sheet_no_name": _("The header has no name column."),
    "sheet_no_people": _("No row follows the header."),
    "sheet_notes": _("The sheet holds explanations, not people."),
    "sheet_summary": _("The sheet repeats the people of the other sheets."),
    # why a row is no person
    "row_title": _("title line"),
    "row_header": _("header line"),
    "row_head_teacher": _("line of the head teacher"),
    "row_group": _("group heading"),
    "row_class": _("class heading"),
    "row_total": _("line of totals"),
    "row_notes": _("line of notes"),
    "row_blank": _("blank line"),
    # what is wrong with a guess that a person corrected
    "fault_no_sheet": _("Choose at least one sheet to read."),
    "fault_no_name": _("Sheet %(sheet)s: choose the column that holds the names."),
    "fault_twice": _("Sheet %(sheet)s: columns %(columns)s are both given as “%(field)s”; choose one."),
    "fault_no_label": _("Sheet %(sheet)s: give column %(column)s the name of its new profile field."),
}


@phrase("cohorts.sentence")
def say(code: str, params: Mapping[str, object] | None = None) -> str:
    """The sentence of a code in the active language."""
    return str(SENTENCES[code]) % (params or {})
