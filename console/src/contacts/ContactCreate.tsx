import { Modal, TagsInput, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { useMutation } from 'urql';
import { explain, payload, Refused } from '../api/errors';
import { idempotencyKey } from '../api/key';
import { CompanySelect } from '../companies/CompanySelect';
import { graphql } from '../gql';
import { CreateForm } from '../ui/CreateForm';

const ContactCreateDocument = graphql(`
  mutation ContactCreate($input: ContactCreateInput!) {
    contactCreate(input: $input) {
      contact {
        ...ContactRow
      }
      userErrors {
        code
        message
        path
      }
    }
  }
`);

interface Props {
  opened: boolean;
  onClose: () => void;
  /** What was searched for in vain is likely the name. */
  name?: string | undefined;
}

export function ContactCreate({ opened, onClose, name }: Props) {
  return (
    <Modal opened={opened} onClose={onClose} title="New contact">
      <Form name={name ?? ''} onClose={onClose} />
    </Modal>
  );
}

function Form({ name, onClose }: { name: string; onClose: () => void }) {
  const navigate = useNavigate();
  const [{ fetching }, create] = useMutation(ContactCreateDocument);
  const [fault, setFault] = useState<string | null>(null);
  // One key for this form: a second click or a lost answer makes no second contact.
  const [key, setKey] = useState(idempotencyKey);
  // Named as in the input, so that the server's word about a field is shown beside it.
  const form = useForm({ initialValues: { name, emails: '', phones: '', companyId: null as string | null, tags: [] as string[] } });

  useEffect(() => {
    // What is sent changed, so it is another request.
    setKey(idempotencyKey());
  }, [form.values]);

  const submit = form.onSubmit(async (values) => {
    setFault(null);
    const result = await create({
      input: {
        name: values.name,
        emails: values.emails.trim() === '' ? [] : [values.emails],
        // People type 00 for the +.
        phones: values.phones.trim() === '' ? [] : [values.phones.trim().replace(/^00/, '+')],
        ...(values.companyId ? { companyId: values.companyId } : {}),
        tags: values.tags,
        idempotencyKey: key,
      },
    });
    try {
      const { contact } = payload(result, (data) => data.contactCreate);
      onClose();
      if (contact) await navigate({ to: '/contacts/$contactId', params: { contactId: contact.id } });
    } catch (error) {
      const field = error instanceof Refused ? error.field : null;
      if (field !== null && field in values) {
        form.setFieldError(field, explain(error));
        form.getInputNode(field)?.focus();
      } else {
        setFault(explain(error));
      }
    }
  });

  return (
    <CreateForm fault={fault} busy={fetching} onSubmit={submit} onCancel={onClose}>
      <TextInput label="Name" required data-autofocus dir="auto" {...form.getInputProps('name')} />
      <TextInput label="E-mail" type="email" autoComplete="off" {...form.getInputProps('emails')} />
      <TextInput label="Phone" type="tel" placeholder="+49 30 901820" {...form.getInputProps('phones')} />
      <CompanySelect label="Company" {...form.getInputProps('companyId')} />
      <TagsInput label="Tags" placeholder="Enter after each" {...form.getInputProps('tags')} />
    </CreateForm>
  );
}
